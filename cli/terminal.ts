import { styleText } from "node:util";
import Table from "cli-table3";

/** Text in a colour or weight, plain where NO_COLOR is set or the output is no terminal. */
export function styled(style: Parameters<typeof styleText>[0], text: string): string {
  return styleText(style, text, { stream: process.stdout });
}

/** A table without lines, its head in bold. */
export function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const none = {
    top: "",
    "top-mid": "",
    "top-left": "",
    "top-right": "",
    bottom: "",
    "bottom-mid": "",
    "bottom-left": "",
    "bottom-right": "",
    left: "",
    "left-mid": "",
    mid: "",
    "mid-mid": "",
    right: "",
    "right-mid": "",
    middle: "  ",
  };
  const made = new Table({
    chars: none,
    style: { "padding-left": 0, "padding-right": 0, head: [], border: [], compact: true },
  });
  made.push(
    head.map((word) => styled("bold", word)),
    ...rows.map((row) => [...row]),
  );
  return made.toString().replace(/ +$/gm, "");
}

/** A paragraph as lines of at most so many characters; a word that is too long for one, such as a path, stays whole. */
export function wrap(text: string, width: number): string[] {
  const lines: string[] = [];
  for (const word of text.trim().split(/\s+/)) {
    const last = lines.at(-1);
    if (last !== undefined && last.length + 1 + word.length <= width) lines[lines.length - 1] = `${last} ${word}`;
    else lines.push(word);
  }
  return lines;
}

/** Shows on standard error that something goes on, until it is over; nothing where that is no terminal. */
export async function progress<T>(text: string, work: (show: (text: string) => void) => Promise<T>): Promise<T> {
  const { default: ora } = await import("ora"); // most commands need none
  const spinner = ora({ text, stream: process.stderr, isSilent: !process.stderr.isTTY }).start();
  try {
    return await work((next) => (spinner.text = next));
  } finally {
    spinner.stop();
  }
}
