/**
 * `npm run test:matrix [-- --source NAME] [--target NAME] [--servers DIR] [--seconds 4]`: every server as master of every other. A data set of all
 * types that the source has goes over as a snapshot, a mixed load as a stream, then every key is compared.
 */
import { parseArgs } from "node:util";
import { SERVER_NAMES, serverMatrix } from "../support/server-matrix.mjs";
import { renderMatrix } from "./report.ts";
import { type PairResult, runRound } from "./round.ts";

const { values } = parseArgs({
  options: {
    source: { type: "string", multiple: true, default: [...SERVER_NAMES] },
    target: { type: "string", multiple: true, default: [...SERVER_NAMES] },
    /** Where the servers are, or are put: `server-matrix.mjs` says how. */
    servers: { type: "string" },
    /** How long the load on each source lasts. */
    seconds: { type: "string", default: "4" },
    json: { type: "boolean", default: false },
  },
});
const unknown = [...values.source, ...values.target].filter((name) => !SERVER_NAMES.includes(name));
const seconds = Number(values.seconds);
if (unknown.length > 0 || !(seconds > 0)) {
  console.error(`--seconds wants a number above 0, --source and --target one of ${SERVER_NAMES.join(", ")}`);
  process.exit(2);
}

const wanted = [...new Set([...values.source, ...values.target])];
const binaries = serverMatrix({ ...(values.servers !== undefined && { folder: values.servers }), wanted });
const missing = wanted.filter((name) => !binaries.has(name));
if (missing.length > 0) {
  console.error(`not on this machine, and not in its package archive: ${missing.join(", ")}`);
  process.exit(1);
}
const results: PairResult[] = [];
for (const source of values.source) {
  const round = await runRound({ source, targets: values.target, binaries, loadMs: seconds * 1_000 });
  for (const result of round)
    console.error(`${source} → ${result.target}: ${result.problems[0] ?? "exact"} ${Object.keys(result.lost).join("; ")}`);
  results.push(...round);
}
console.log(values.json ? JSON.stringify(results) : renderMatrix(results));
process.exit(results.every(({ problems }) => problems.length === 0) ? 0 : 1);
