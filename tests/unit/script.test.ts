import * as assert from "node:assert/strict";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { Failure } from "../../cli/failure";
import { bundle } from "../../cli/script/bundle";
import { sourcedFiles } from "../../cli/script/sources";

describe("what a script sources", () => {
  const cases: Record<string, string[]> = {
    'source("a.R")': ["a.R"],
    "source('R/b c.R', local = TRUE)": ["R/b c.R"],
    'base::source(file = "a.R"); sys.source ( "b.R", env)': ["a.R", "b.R"],
    'if (x) { source("a.R") }; source("a.R")': ["a.R"],
    '# source("a.R")\nx <- "source(\'b.R\')" # more': [],
    'my_source("a.R"); my.source("b.R"); source_all("c.R")': [],
    'source(paste0("a", ".R")); source(file)': [],
    'x <- "#"; source("a.R")': ["a.R"],
    "`it's` <- 1; source('a.R')": ["a.R"],
    'source("https://example.org/a.R")': [],
    'source("say \\"hi\\".R")': ['say "hi".R'],
  };
  for (const [code, files] of Object.entries(cases)) {
    it(JSON.stringify(code), () => assert.deepEqual(sourcedFiles(code), files));
  }
});

describe("a script's bundle", () => {
  const root = fs.mkdtempSync(path.join(os.tmpdir(), "rcluster-unit-"));
  const at = (...parts: string[]) => path.join(root, ...parts);
  const write = (name: string, text: string) => {
    fs.mkdirSync(path.dirname(at(name)), { recursive: true });
    fs.writeFileSync(at(name), text);
  };
  before(() => {
    write("study/main.R", 'source("R/one.R"); source("../shared/two.R"); source("/data/there.R"); source("gone.R")');
    write("study/R/one.R", 'source("R/three.R"); source("main.R")');
    write("study/R/three.R", 'source("four.R", chdir = TRUE)');
    write("study/R/four.R", "4");
    write("shared/two.R", "2");
    write("study/data.csv", "1");
    write("alone.R", "1");
  });
  after(() => fs.rmSync(root, { recursive: true }));

  it("has what it sources, and what that sources, each in its place beside the script", () => {
    const { base, script, paths, notes } = bundle(at("study/main.R"));
    assert.equal(base, root);
    assert.equal(script, "study/main.R");
    const sourced = ["study/R/one.R", "study/R/three.R", "study/R/four.R", "shared/two.R"];
    assert.deepEqual(paths, ["study/main.R", ...sourced]);
    assert.deepEqual(notes, ["main.R sources gone.R, which is not here"]);
  });

  it("has the files and folders that are named besides, and no more", () => {
    const { base, script, paths } = bundle(at("alone.R"), [at("study/R"), at("study/data.csv")]);
    assert.deepEqual([base, script], [root, "alone.R"]);
    assert.deepEqual(paths, ["alone.R", "study/R", "study/data.csv"]);
    assert.deepEqual(bundle(at("alone.R")).paths, ["alone.R"]);
  });

  it("needs all that is named to be there", () => {
    const missing = (message: string) => (error: unknown) =>
      error instanceof Failure && error.exitCode === 4 && error.message === message;
    assert.throws(() => bundle("no/script.R"), missing("there is no no/script.R"));
    assert.throws(() => bundle(at("alone.R"), ["no.csv"]), missing("there is no no.csv"));
    assert.throws(() => bundle(root), missing(`there is no ${root}`));
  });
});
