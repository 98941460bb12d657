import * as fs from "node:fs";
import * as path from "node:path";
import { chromium, type Browser, type Page } from "playwright-core";

const names = ["chromium", "chromium-browser", "google-chrome"];

/** Chromium without a window: the one that CHROMIUM names, or one of the PATH. */
export async function openBrowser(): Promise<Browser> {
  const folders = (process.env.PATH ?? "").split(path.delimiter);
  const candidates = folders.flatMap((folder) => names.map((name) => path.join(folder, name)));
  const executablePath = process.env.CHROMIUM ?? candidates.find((file) => fs.existsSync(file));
  if (!executablePath) throw new Error("no Chromium: install one, or name it in CHROMIUM");
  return chromium.launch({ executablePath, args: process.getuid?.() === 0 ? ["--no-sandbox"] : [] });
}

/** Saves a picture for the documentation, if RCLUSTER_PICTURES names a folder for them. */
export async function picture(page: Page, name: string): Promise<void> {
  const folder = process.env.RCLUSTER_PICTURES;
  if (folder) await page.screenshot({ path: path.resolve(folder, `${name}.png`), fullPage: true });
}
