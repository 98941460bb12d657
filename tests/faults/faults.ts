import { docker } from "../e2e/project";
import { freeze, killR, sleep, type Container } from "./lab";
import type { Fault, Lane } from "./lane";
import { moveRedis } from "./moved";
import type { Loss } from "./proxy";

const one = (lane: Lane): Container => lane.random.pick(lane.workers);
const name = (lane: Lane) => lane.redis.container.name;

/** Starts again what a fault ended. */
async function startWorkers(lane: Lane): Promise<void> {
  for (const worker of lane.workers) await docker("start", worker.name);
}

async function during(seconds: number, begin: () => unknown, end: () => unknown): Promise<number> {
  await begin();
  const since = Date.now();
  await sleep(seconds);
  await end();
  return (Date.now() - since) / 1000;
}

const failed = (cause: string) => new RegExp(`^error task \\d+ failed - ".*(${cause}).*"`);

const lostReplies = (who: "coordinator" | "workers", how: Loss): Fault => ({
  name: `reply lost (${who}, ${how})`,
  proxied: who,
  length: () => 1.5,
  // One reply, or several in a row: those of the recovery itself.
  strike: (lane) => {
    const more = Array.from({ length: lane.random.pick([0, 0, 1, 2, 3]) }, () => lane.random.whole(1, 20));
    lane.proxy.lose(how === "close" ? [lane.random.whole(1, 60), ...more] : [lane.random.whole(1, 60)], how);
    return Promise.resolve(undefined);
  },
  repair: (lane) => {
    lane.proxy.restore();
    return Promise.resolve();
  },
});

export const faults: readonly Fault[] = [
  { name: "none" },
  {
    name: "R killed",
    strike: async (lane) => {
      await killR(one(lane), lane.random.whole(0, 1));
      return undefined;
    },
  },
  {
    // What was lost has to go first: not behind all that waits already.
    name: "R killed, long job",
    length: () => 9,
    within: 5,
    strike: async (lane) => {
      await killR(one(lane), lane.random.whole(0, 1));
      return undefined;
    },
  },
  {
    name: "container killed",
    layout: "apart",
    timed: true,
    within: 5,
    strike: async (lane) => {
      await docker("kill", one(lane).name);
      return undefined;
    },
    repair: startWorkers,
  },
  {
    name: "container stopped",
    layout: "apart",
    strike: async (lane) => {
      await docker("stop", "--time", "10", one(lane).name);
      return undefined;
    },
    repair: startWorkers,
  },
  { name: "out of memory once", layout: "apart", memory: "400m", bad: "hungry_once" },
  { name: "out of memory always", layout: "apart", memory: "400m", bad: "hungry", expected: failed("memory") },
  { name: "task kills R", bad: "killer", expected: failed("signal 9") },
  {
    name: "worker paused, resumed",
    layout: "apart",
    timed: true,
    length: ({ pause }) => pause + 1,
    strike: async (lane) => {
      const worker = one(lane).name;
      await during(
        lane.times.pause,
        () => freeze(worker),
        () => docker("unpause", worker),
      );
      return undefined;
    },
  },
  {
    name: "all workers paused",
    timed: true,
    strike: (lane) =>
      during(
        lane.times.pause,
        () => freeze(one(lane).name),
        () => docker("unpause", one(lane).name),
      ),
  },
  {
    name: "Redis restarted",
    ownRedis: true,
    strike: async (lane) => {
      await lane.redis.restart(lane.random.pick(["kill", "stop"]));
      return undefined;
    },
  },
  {
    name: "Redis back in time",
    ownRedis: true,
    forgets: true,
    strike: async (lane) => {
      await lane.redis.container.sh("cp -r /data/appendonlydir /data/copy && mv /data/copy /data/past");
      await sleep(lane.random.between(0, 1));
      await lane.redis.restart("kill");
      return undefined;
    },
  },
  {
    name: "Redis back empty",
    ownRedis: true,
    forgets: true,
    strike: async (lane) => {
      if (lane.random.next() < 0.3) {
        await lane.redis.cli("flushall");
      } else {
        await lane.redis.container.sh("touch /data/forget");
        await lane.redis.restart("kill");
      }
      return undefined;
    },
  },
  {
    name: "Redis full",
    ownRedis: true,
    strike: async (lane) => {
      const extra = lane.random.pick([0, 100e3]);
      const memory = /used_memory:(\d+)/.exec(await lane.redis.cli("info", "memory"))?.[1];
      return during(
        lane.random.between(0.5, lane.times.outage),
        () => lane.redis.cli("config", "set", "maxmemory", String(Number(memory) + extra)),
        () => lane.redis.cli("config", "set", "maxmemory", "0"),
      );
    },
  },
  {
    name: "Redis paused",
    ownRedis: true,
    timed: true,
    strike: (lane) =>
      during(
        lane.times.outage,
        () => freeze(name(lane)),
        () => docker("unpause", name(lane)),
      ),
  },
  {
    name: "Redis out of reach",
    ownRedis: true,
    timed: true,
    within: 5,
    strike: (lane) =>
      during(
        lane.times.outage,
        () => docker("network", "disconnect", lane.lab.name, name(lane)),
        () => docker("network", "connect", lane.lab.name, name(lane)),
      ),
  },
  { name: "Redis moved, another at its address", ownRedis: true, forgets: true, length: () => 3, strike: moveRedis },
  {
    name: "coordinator cut off",
    proxied: "coordinator",
    strike: (lane) =>
      during(
        lane.random.between(1, lane.times.outage),
        () => lane.proxy.cut(),
        () => lane.proxy.restore(),
      ),
  },
  {
    name: "coordinator killed",
    forgets: true,
    length: () => 3,
    strike: async (lane) => {
      const victim = await lane.session();
      await victim.start(lane.job, 1000, "none", "-");
      await sleep(lane.random.between(0, 0.5));
      await victim.signal("KILL");
      await lane.goneTo(1, 4);
      await victim.stop();
      return undefined;
    },
  },
  {
    name: "coordinator paused",
    timed: true,
    strike: (lane) =>
      during(
        lane.times.pause,
        () => lane.coordinator.signal("STOP"),
        () => lane.coordinator.signal("CONT"),
      ),
  },
  {
    name: "several coordinators, R killed",
    others: 2,
    forgets: true,
    length: () => 0.8,
    strike: async (lane) => {
      await killR(one(lane), lane.random.whole(0, 1));
      return undefined;
    },
  },
  {
    name: "several coordinators, Redis back empty",
    others: 2,
    forgets: true,
    ownRedis: true,
    length: () => 0.8,
    strike: async (lane) => {
      await lane.redis.container.sh("touch /data/forget");
      await lane.redis.restart("kill");
      return undefined;
    },
  },
  lostReplies("coordinator", "close"),
  lostReplies("coordinator", "stall"),
  lostReplies("workers", "close"),
  lostReplies("workers", "stall"),
];
