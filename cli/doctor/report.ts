import { styled, wrap } from "../terminal";
import type { Named, Verdict } from "./check";

const colours = { ok: "green", warning: "yellow", wrong: "red" } as const;

/** Findings for people, in lines of a terminal's width: verdict, check, what is so, and how to mend it. */
export function report(findings: readonly Named[], width = 80): string {
  const names = Math.max(0, ...findings.map(({ check }) => check.length));
  const indent = " ".repeat("warning".length + 2 + names + 2);
  const lines = findings.map(({ check, verdict, what, mend }) => {
    const head = `${styled(colours[verdict], verdict)}${" ".repeat(9 - verdict.length)}${check.padEnd(names + 2)}`;
    const text = [what, ...(mend ? [`Try: ${mend}`] : [])];
    const wrapped = text.flatMap((paragraph) => wrap(paragraph, Math.max(20, width - indent.length)));
    return head + wrapped.join(`\n${indent}`);
  });
  return [...lines, "", summary(findings)].join("\n");
}

function summary(findings: readonly Named[]): string {
  const count = (verdict: Verdict) => findings.filter((finding) => finding.verdict === verdict).length;
  const [bad, doubtful] = [count("wrong"), count("warning")];
  if (bad === 0 && doubtful === 0) return "All is well.";
  const warnings = `${doubtful} ${doubtful === 1 ? "warning" : "warnings"}`;
  return bad === 0 ? `Nothing is wrong; ${warnings}.` : `${bad} wrong, ${warnings}.`;
}
