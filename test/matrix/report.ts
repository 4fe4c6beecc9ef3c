/** The table of what was exact between which servers, as Markdown. */
import type { PairResult } from "./round.ts";

export function renderMatrix(results: readonly PairResult[]): string {
  const sources = [...new Set(results.map(({ source }) => source))];
  const targets = [...new Set(results.map(({ target }) => target))];
  const reasons: string[] = [];
  const cell = (source: string, target: string) => {
    const result = results.find((each) => each.source === source && each.target === target);
    if (!result) return "";
    if (result.problems.length > 0) return "**no**";
    const marks = Object.keys(result.lost).map((reason) => {
      if (!reasons.includes(reason)) reasons.push(reason);
      return reasons.indexOf(reason) + 1;
    });
    return marks.length === 0 ? "yes" : `yes, but ${marks.sort((a, b) => a - b).join(" ")}`;
  };
  const row = (cells: readonly string[]) => `| ${cells.join(" | ")} |`;
  const table = [
    row(["source \\ target", ...targets]),
    row(["source", ...targets].map(() => "---")),
    ...sources.map((source) => row([source, ...targets.map((target) => cell(source, target))])),
  ];
  const problems = results.flatMap(({ source, target, problems }) => problems.map((problem) => `${source} → ${target}: ${problem}`));
  const notes = reasons.map((reason, index) => `${index + 1}: ${reason}`);
  return [...table, "", ...notes, ...(problems.length > 0 ? ["", ...problems] : [])].join("\n");
}
