// Writes config/topology.schema.json from the topology's declaration; with --check, fails when the file is stale.
import { readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { runnerImport } from "vite";

const file = new URL("../topology.schema.json", import.meta.url);
const { module } = await runnerImport(fileURLToPath(new URL("../../src/topology/schema.ts", import.meta.url)), { logLevel: "error" });
// Short lists stay on one line, as the formatter wants them.
const oneLine = (_, items) => `[${items.replaceAll(/\s*\n\s*/g, " ")}]`;
const wanted = `${JSON.stringify(module.topologyJsonSchema(), undefined, 2).replaceAll(/\[\n\s+([^[\]{}]*?)\n\s+\]/g, oneLine)}\n`;

if (!process.argv.includes("--check")) {
  writeFileSync(file, wanted);
} else if (readFileSync(file, "utf8") !== wanted) {
  console.error("config/topology.schema.json is stale: run npm run schema");
  process.exitCode = 1;
}
