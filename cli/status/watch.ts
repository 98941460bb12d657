import { setTimeout as sleep } from "node:timers/promises";
import { styled } from "../terminal";

const alternate = { on: "\x1b[?1049h\x1b[?25l", off: "\x1b[?1049l\x1b[?25h" };
const trouble = "Redis does not answer; trying again";
const patience = 4000; // milliseconds until what was seen last is called old

/**
 * Shows something again and again, in place, until Ctrl-C; what was seen last stays on the screen. Where the output is
 * no terminal, one after the other.
 *
 * @param look what to show
 * @param seconds between two looks
 * @param gap what stands between two of them where the output is no terminal
 */
export async function watch(look: () => Promise<string>, seconds: number, gap = "\n\n"): Promise<void> {
  const { stdout } = process;
  const stop = new AbortController();
  const end = () => stop.abort();
  process.on("SIGINT", end).on("SIGTERM", end);
  const inPlace = stdout.isTTY;
  const ended = new Promise<undefined>((resolve) => {
    stop.signal.addEventListener("abort", () => resolve(undefined), { once: true });
  });
  let last = "";
  const draw = (text: string) => stdout.write(inPlace ? frame(text, stdout.rows || 1000) : text + gap);
  const complain = () => {
    if (inPlace) draw(`${styled("yellow", trouble)}\n\n${last}`);
    else console.error(trouble);
  };
  if (inPlace) stdout.write(alternate.on);
  try {
    while (!stop.signal.aborted) {
      const late = setTimeout(complain, patience);
      try {
        const text = await Promise.race([look(), ended]);
        if (text !== undefined) draw((last = text));
      } finally {
        clearTimeout(late);
      }
      await sleep(seconds * 1000, undefined, { signal: stop.signal }).catch(() => undefined);
    }
  } finally {
    process.off("SIGINT", end).off("SIGTERM", end);
    if (inPlace) stdout.write(`${alternate.off}${last}\n`);
  }
}

// Over what was there, line by line: nothing flickers.
function frame(text: string, rows: number): string {
  const lines = text.split("\n").slice(0, Math.max(1, rows - 1));
  return `\x1b[H${lines.map((line) => `${line}\x1b[K`).join("\n")}\n\x1b[J`;
}
