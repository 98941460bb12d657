#!/usr/bin/env node
import console from "node:console";
import { existsSync } from "node:fs";
import { createRequire } from "node:module";
import process from "node:process";
import { URL } from "node:url";
import "tsx";

if (existsSync(new URL("main.ts", import.meta.url))) {
  createRequire(import.meta.url)("./main.ts");
} else {
  console.error("rcluster: this package has the components; the command is part of a checkout of the project");
  process.exitCode = 2;
}
