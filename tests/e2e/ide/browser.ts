import * as assert from "node:assert/strict";
import * as fs from "node:fs";
import { openBrowser, picture } from "../browser";
import { command, seconds, type Project } from "../project";

/** `rcluster ide`, and what a person does then. */
export function useInBrowser(project: Project): void {
  it("is opened by rcluster ide, signed in, by an address that holds once and tells nobody the password", async () => {
    const browser = await openBrowser();
    try {
      const page = await browser.newPage({ viewport: { width: 1100, height: 620 } });
      const visited = await opened(project, (url) => page.goto(url));
      const password = JSON.parse(await project.output("idePassword")) as string;
      assert.ok(!visited.includes(password) && !page.url().includes(password));

      await page.click('.jp-LauncherCard[data-category="Notebook"]');
      const cell = page.locator(".jp-Notebook .jp-Cell .cm-content").first();
      await page.getByText("R | Idle").waitFor({ timeout: 60_000 });
      await cell.click();
      await page.keyboard.type(cellCode);
      await page.keyboard.press("Shift+Enter");
      const output = page.locator(".jp-OutputArea-output").first();
      await output.waitFor({ timeout: 60_000 });
      for (const index of [1, 2])
        assert.match(await output.innerText(), new RegExp(`rworker-${project.stack}-${index}`));
      await picture(page, "ide");
    } finally {
      await browser.close();
    }
  });

  it("shows address and password for those who open it themselves", async () => {
    const [url, password] = [await project.output("ideUrl"), await project.output("idePassword")];
    const text = await project.rcluster(["ide", "--no-open"]);
    assert.equal(text.stdout, `JupyterLab: ${JSON.parse(url)}\npassword: ${JSON.parse(password)}\n`);
    const json = await project.rcluster(["ide", "--json"]);
    assert.equal(json.stdout, `{"kind":"jupyter","url":${url},"password":${password}}\n`);
  });
}

const cellCode = `x <- foreach(i = 1:100) %dopar% {
  Sys.sleep(0.02)
  Sys.info()[["nodename"]]
}
table(unlist(x))`;

// Runs the command with a browser of ours, which writes down what it is given.
async function opened(project: Project, visit: (url: string) => Promise<unknown>): Promise<string> {
  const note = project.path("visited");
  const browser = project.path("browser");
  fs.writeFileSync(browser, `#!/bin/sh\nprintf '%s' "$1" >"${note}.part" && mv "${note}.part" "${note}"\n`, {
    mode: 0o755,
  });
  const running = project.rcluster(["ide"], { env: { BROWSER: browser } });
  let url = "";
  while (!url) {
    url = fs.existsSync(note) ? fs.readFileSync(note, "utf8") : "";
    const ended = await Promise.race([running, seconds(0.1).then(() => undefined)]);
    if (ended && !url) assert.fail(`rcluster ide has ended: ${ended.output}`);
  }
  await visit(url);
  const { code, output } = await running;
  assert.equal(code, 0, output);
  assert.match((await command("curl", ["--silent", "--show-error", url])).output, /connect/i);
  return url;
}
