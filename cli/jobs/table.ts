import { styled, table } from "../terminal";
import { duration, spoken, type Job, type JobState } from "./job";

const colours: Readonly<Record<JobState, Parameters<typeof styled>[0]>> = {
  pending: "yellow",
  running: "cyan",
  done: "green",
  failed: "red",
  cancelled: "dim",
};

// State, since and ran, at their widest, with what is between.
const otherColumns = 9 + 11 + 6 + 4 * 2;

/** The jobs as a table of 80 columns, with a line below each one that has something to say. */
export function jobTable(jobs: readonly Job[], now = Date.now()): string {
  if (jobs.length === 0) return "no jobs: 'rcluster submit script.R' starts one";
  const room = 80 - Math.max(...jobs.map(({ id }) => id.length)) - otherColumns;
  const rows = jobs.map((job) => [job.id, cut(job.script, room), job.state, since(job, now), ran(job, now)]);
  const [head = "", ...lines] = table(["id", "script", "state", "since", "ran"], rows).split("\n");
  return [
    head,
    ...lines.flatMap((line, index) => {
      const { state, reason } = jobs[index] as Job;
      const shown = line.replace(` ${state} `, ` ${styled(colours[state], state)} `);
      return reason ? [shown, `  ${cut(reason, 78)}`] : [shown];
    }),
  ].join("\n");
}

function since({ created, begin, end }: Job, now: number): string {
  const at = end ?? begin ?? created;
  return at === undefined ? "" : `${spoken(Math.max(0, (now - Date.parse(at)) / 1000))} ago`;
}

function ran(job: Job, now: number): string {
  const seconds = duration(job, now);
  return seconds === undefined ? "" : spoken(seconds);
}

function cut(text: string, width: number): string {
  return text.length <= width ? text : `${text.slice(0, width - 1)}…`;
}
