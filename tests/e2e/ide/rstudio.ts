import * as assert from "node:assert/strict";
import { createHash } from "node:crypto";
import * as fs from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import * as path from "node:path";
import { docker, eventually, type Project } from "../project";

const parts = path.join(__dirname, "rstudio");

/** RStudio Server, whose own programs are not to be had here: others take their place in its package. */
export function rstudio(project: Project): void {
  const master = `rmaster-${project.stack}`;
  const server = createServer((request, response) => {
    const file = project.path("package", path.basename(request.url ?? ""));
    if (fs.existsSync(file)) fs.createReadStream(file).pipe(response);
    else response.writeHead(404).end();
  });
  let source = "";
  let sha256 = "";
  let url = "";

  before(async () => {
    sha256 = await packed(project);
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    source = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  });
  after(() => server.close());

  it("may be RStudio, whose package has to be there, and the one that was meant", async () => {
    const config = { ide: "rstudio", "rstudio.url": `${source}/gone.deb`, "rstudio.sha256": sha256 };
    assert.match(
      (await project.problem(config)).join(),
      /^error: config rstudio\.url: http:\S+ answers 404 Not Found;/,
    );
    const other = { ...config, "rstudio.url": `${source}/rstudio.deb`, "rstudio.sha256": "0".repeat(64) };
    assert.match((await project.problem(other)).join(), new RegExp(`has the SHA-256 ${sha256}, not 0{64}; allowed:`));
  });

  it("asks for the image's user and the password", async () => {
    await project.set({ ide: "rstudio", "rstudio.url": `${source}/rstudio.deb`, "rstudio.sha256": sha256 });
    await project.up();
    url = JSON.parse(await project.output("ideUrl")) as string;
    await eventually("RStudio answers", async () => (await fetch(url).catch(() => undefined)) && true, 60);
    assert.equal((await project.cluster()).ide?.user, "r");
    assert.equal((await signedIn("r", "guess", "1")).status, 401);
    assert.equal((await signedIn("root", await password(), "1")).status, 401);
    assert.equal((await signedIn("r", "", "1")).status, 401);
  });

  it("runs foreach on the workers in a session that rserver gives next to no environment", async () => {
    const code = `cat(Sys.info()[["effective_user"]], getwd(), "")
      x <- foreach(i = 1:40) %dopar% { Sys.sleep(0.02); Sys.info()[["nodename"]] }
      cat(sort(unique(unlist(x))))`;
    const answer = await signedIn("r", await password(), code);
    assert.equal(answer.text, `r /data rworker-${project.stack}-1 rworker-${project.stack}-2`);
  });

  it("brings neither sudo nor compilers into the image, and its workers stay as they are", async () => {
    const found = await docker(
      "exec",
      master,
      "sh",
      "-c",
      "for p in sudo clang killall python3; do command -v $p; done",
    );
    assert.equal(found, "/usr/bin/killall\n/usr/bin/python3");
    const worker = await docker("inspect", "-f", "{{.Image}}", `rworker-${project.stack}-1`);
    assert.equal(worker, (await project.cluster()).image);
  });

  it("is shown by rcluster ide with who signs in", async () => {
    const { stdout } = await project.rcluster(["ide", "--no-open"]);
    assert.equal(stdout, `RStudio: ${url}\nuser: r\npassword: ${await password()}\n`);
  });

  const password = async () => JSON.parse(await project.output("idePassword")) as string;
  const signedIn = async (user: string, secret: string, code: string) => {
    const body = new URLSearchParams({ user, password: secret, code });
    const answer = await fetch(url, { method: "POST", body });
    return { status: answer.status, text: await answer.text() };
  };
}

// Returns the SHA-256 of the package.
async function packed(project: Project): Promise<string> {
  const folder = project.path("package");
  const bin = path.join(folder, "tree/usr/lib/rstudio-server/bin");
  fs.mkdirSync(bin, { recursive: true });
  fs.mkdirSync(path.join(folder, "tree/DEBIAN"), { mode: 0o755 });
  for (const program of ["rserver", "rsession"]) fs.copyFileSync(path.join(parts, program), path.join(bin, program));
  fs.copyFileSync(path.join(parts, "control"), path.join(folder, "tree/DEBIAN/control"));
  const build = ["dpkg-deb", "--build", "--root-owner-group", "/package/tree", "/package/rstudio.deb"];
  await docker("run", "--rm", "--user", "0", "--volume", `${folder}:/package`, project.imageName, ...build);
  return createHash("sha256")
    .update(fs.readFileSync(path.join(folder, "rstudio.deb")))
    .digest("hex");
}
