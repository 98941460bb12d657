import * as assert from "node:assert/strict";
import { once } from "node:events";
import * as http from "node:http";
import { oneTimeDoor } from "../../cli/door";
import { Failure } from "../../cli/failure";
import type { Worker } from "../../cli/queue/snapshot";
import { Speeds } from "../../cli/queue/speed";
import { Differences, type Seen } from "../../cli/ui/changes";
import { cookieName, judge } from "../../cli/ui/guard";
import { History } from "../../cli/ui/history";
import { serve, type Handler } from "../../cli/ui/server";
import { logCommand } from "../../cli/ui/logs";
import { duration, memory, rate, shorten } from "../../cli/ui/page/format.js";
import { applyChanges, applyWhole, emptyState, numberOf } from "../../cli/ui/page/state.js";
import { Tracks } from "../../cli/ui/page/tracks.js";
import type { Cluster } from "../../components/contracts";

const now = 1_700_000_000_000;

function worker(id: string, more: Partial<Worker> = {}): Worker {
  const given = {
    id,
    host: id,
    pid: 1,
    pool: "workers",
    state: "idle",
    done: 0,
    memory: 1,
    version: "0",
    r: "4",
  } as const;
  return { ...given, ...more };
}

function look(seconds: number, workers: readonly Worker[], more: Partial<Seen> = {}): Seen {
  const time = now + seconds * 1000;
  return { ...{ time, waiting: 0, running: 0, rate: 0, loops: [], failures: [] }, workers, ...more };
}

const busy = (iteration: number, since: number) =>
  ({ state: "busy", task: { loop: "a", iteration, several: false, since: now + since * 1000 } }) as const;

describe("who may see the dashboard", () => {
  const [port, token] = [4000, "secret"];
  const ask = (path: string, headers: Record<string, string> = {}, method = "GET") => {
    const url = new URL(path, `http://127.0.0.1:${port}`);
    return judge({ method, url, headers: { host: `127.0.0.1:${port}`, ...headers } }, port, token).status;
  };
  const cookie = `other=1; ${cookieName(port)}=${token}`;

  it("is who has the token, which turns into a cookie", () => {
    assert.equal(ask("/?token=secret"), 302);
    assert.equal(ask("/events", { cookie }), 200);
    assert.equal(ask("/events", { cookie, "sec-fetch-site": "same-origin" }), 200);
  });

  it("is nobody else", () => {
    assert.equal(ask("/"), 403);
    assert.equal(ask("/?token=secreT"), 403);
    assert.equal(ask("/?token="), 403);
    assert.equal(ask("/", { cookie: `rcluster-4001=${token}` }), 403);
  });

  it("is no page of another site, and no name that leads here", () => {
    assert.equal(ask("/events", { cookie, "sec-fetch-site": "cross-site" }), 403);
    assert.equal(ask("/events", { cookie, "sec-fetch-site": "same-site" }), 403);
    assert.equal(ask("/", { cookie, host: "evil.example:4000" }), 403);
    assert.equal(ask("/", { cookie, host: "127.0.0.1" }), 403);
    assert.equal(ask("/", { cookie }, "POST"), 405);
  });
});

describe("the dashboard's server", () => {
  it("says which port is taken", async () => {
    const first = await serve(() => undefined, 0);
    const port = Number(new URL(first.address).port);
    await assert.rejects(
      serve(() => undefined, port),
      new Failure(`port ${port} is in use`),
    );
    first.close();
  });

  const visit = async (address: string, path: string, headers: Record<string, string> = {}) => {
    const { hostname, port, host } = new URL(address);
    const request = http.get({ hostname, port, path, headers: { host, ...headers }, agent: false });
    const [response] = (await once(request, "response")) as [http.IncomingMessage];
    response.resume();
    return response;
  };

  it("outlives every request, whatever it asks for", async () => {
    const page: Handler = () => {
      throw new Error("no such luck");
    };
    const served = await serve((path) => (path === "/fails" ? page : undefined), 0);
    const status = async (path: string) => (await visit(served.address, path, { cookie: served.cookie })).statusCode;
    for (const path of ["//", "///", "//[", "//evil.example/", "/\\evil.example", "http://", "http://evil.example/"]) {
      assert.equal(await status(path), 400, path);
    } // prettier-ignore
    for (const path of ["/%", "*"]) assert.equal(await status(path), 404, path);
    assert.equal(await status("/fails"), 500);
    assert.equal(await status("/"), 404);
    served.close();
  });

  it("lets a browser in by a door that opens once, and turns the token into a cookie", async () => {
    const served = await serve((path) => (path === "/" ? (_url, _request, response) => response.end() : undefined), 0);
    const door = await oneTimeDoor(served.page, [served.cookie]);
    const { headers } = await visit(door.url, new URL(door.url).pathname);
    assert.equal(headers.location, served.page);
    const [cookie = ""] = headers["set-cookie"] ?? [];
    assert.match(cookie, /; HttpOnly; SameSite=Strict/);
    assert.equal((await visit(served.page, "/", { cookie: cookie.split(";")[0] ?? "" })).statusCode, 200);
    assert.equal((await visit(served.page, "/")).statusCode, 403);
    const token = await visit(served.address, `/.//evil.example${new URL(served.address).search}`);
    assert.deepEqual([token.headers.location, token.headers["set-cookie"]], ["/", [cookie]]);
    door.close();
    served.close();
  });
});

describe("what the page is told", () => {
  it("is what has changed, and gives the same picture as everything at once", () => {
    const differences = new Differences();
    const looks = [
      look(0, [worker("w-1"), worker("w-2", busy(1, 0))]),
      look(1, [worker("w-1", { done: 5 }), worker("w-2", busy(1, 0))]),
      look(2, [worker("w-2", busy(2, 1)), worker("w-3")], { loops: [{ id: "a", running: 1 }], waiting: 7 }),
    ];
    const state = emptyState();
    looks.forEach((seen, index) => {
      const changes = differences.next(seen);
      const event = index === 0 ? { ...differences.whole(seen), history: [] } : changes;
      (index === 0 ? applyWhole : applyChanges)(state, JSON.parse(JSON.stringify(event)));
      if (index === 1) assert.deepEqual([changes.now?.length, changes.came, changes.went], [1, undefined, undefined]);
    });
    const fresh = emptyState();
    applyWhole(fresh, JSON.parse(JSON.stringify({ ...differences.whole(looks[2] as Seen), history: [] })));
    const picture = ({ workers, loops, waiting }: typeof state) => [[...workers.values()], loops, waiting];
    assert.deepEqual(picture(state), picture(fresh));
    assert.deepEqual([...state.workers.values()].map(({ host, loop }) => [host, loop]), [["w-2", "a"], ["w-3", null]]); // prettier-ignore
  });

  it("keeps loops that have ended, and their numbers", () => {
    const state = emptyState();
    applyChanges(state, {
      ...look(0, []),
      loops: [
        { id: "a", running: 0 },
        { id: "b", running: 0 },
      ],
    });
    applyChanges(state, { ...look(1, []), loops: [{ id: "b", running: 0 }] });
    assert.deepEqual(state.ended, [{ id: "a", running: 0, ended: now + 1000 }]);
    assert.deepEqual(
      ["a", "b"].map((id) => numberOf(state, id)),
      [1, 2],
    );
  });

  it("has a sample a second of half an hour", () => {
    const history = new History();
    for (let half = 0; half < 4000; half++) history.add(look(half / 2, []));
    assert.equal(history.samples.length, 1800);
    assert.equal(history.samples.at(-1)?.[0], now + 1999 * 1000);
  });
});

describe("the timeline", () => {
  const follow = (looks: readonly Seen[]) => {
    const [differences, state, tracks] = [new Differences(), emptyState(), new Tracks()];
    looks.forEach((seen, index) => {
      const changes = differences.next(seen);
      (index === 0 ? applyWhole : applyChanges)(
        state,
        index === 0 ? { ...differences.whole(seen), history: [] } : changes,
      );
      tracks.look(seen.time, state.workers);
    });
    const time = looks.at(-1)?.time ?? 0;
    return tracks.rows(time, 900_000).map(({ stretches }) =>
      stretches.map(({ from, to, short, iteration, done }) => ({
        from: (from - now) / 1000,
        to: (to - now) / 1000,
        short,
        iteration,
        done,
      })),
    );
  };

  it("shows long tasks one by one, from when they were taken", () => {
    const at = [0, 1, 2, 3, 4, 5, 6].map((second) =>
      look(second, [
        worker("w", { ...(second < 3 ? busy(1, -0.5) : second < 6 ? busy(2, 2.4) : {}), done: second < 3 ? 0 : 1 }),
      ]),
    );
    assert.deepEqual(follow(at), [
      [
        { from: -0.5, to: 2.4, short: false, iteration: 1, done: 1 },
        { from: 2.4, to: 5.5, short: false, iteration: 2, done: 0 },
      ],
    ]);
  });

  it("draws short tasks together and counts their iterations", () => {
    const at = [0, 1, 2, 3, 4].map((second) =>
      look(second, [worker("w", { ...busy(second * 20 + 1, second - 0.1), done: second * 20 })]),
    );
    assert.deepEqual(follow(at), [[{ from: -0.1, to: 4, short: true, iteration: 1, done: 80 }]]);
  });

  it("keeps who has gone for as long as it did something in sight", () => {
    const rows = follow([look(0, [worker("w", busy(1, 0)), worker("idle")]), look(2, [])]);
    assert.equal(rows.length, 1);
  });
});

describe("the speed of a loop", () => {
  it("is that of the last half minute where much was done in it", () => {
    const speeds = new Speeds();
    const loop = (done: number) => ({
      ...{ id: "a", running: 1 },
      told: { host: "h", pid: 1, began: now - 1000_000, weight: 1, sent: done, done, failed: 0, total: 2000 },
    });
    speeds.estimate({ time: now, loops: [loop(1000)] });
    assert.equal(speeds.estimate({ time: now + 1000, loops: [loop(1005)] })[0]?.speed, 1005 / 1001);
    const [estimated] = speeds.estimate({ time: now + 20_000, loops: [loop(1100)] });
    assert.deepEqual([estimated?.speed, estimated?.secondsLeft], [5, 180]);
  });
});

describe("logs", () => {
  it("are followed by docker or kubectl", () => {
    const exec = ["kubectl", "--context", "lab", "--namespace", "stats", "exec", "--stdin", "rmaster-0", "--"];
    const command = (platform: Cluster["platform"]) =>
      logCommand({ platform, exec } as unknown as Cluster, "w").join(" ");
    assert.equal(command("docker"), "docker logs --follow --tail 500 w");
    assert.equal(command("eks"), "kubectl --context lab --namespace stats logs --follow --tail 500 w");
  });
});

describe("numbers", () => {
  it("are written as people read them", () => {
    assert.deepEqual([0, 0.254, 3.14, 34.22, 1234.4].map(rate), ["0", "0.25", "3.1", "34.2", "1,234"]);
    assert.deepEqual([0.44, 12, 99, 180, 7500, 200_000].map(duration), ["0.4 s", "12 s", "99 s", "3 min", "2 h 5 min", "2 d"]); // prettier-ignore
    assert.deepEqual([85 * 2 ** 20, 1.2 * 2 ** 30].map(memory), ["85 MB", "1.2 GB"]);
    assert.equal(shorten("a-long-name-12", 9), "a-lo~e-12");
  });
});
