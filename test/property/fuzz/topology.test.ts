/** Topology files: valid ones, cut, mixed and with values from elsewhere. */
import { readFileSync } from "node:fs";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect } from "vitest";
import { regionView } from "../../../src/topology/region-view.ts";
import { loadTopology } from "../../../src/topology/topology.ts";
import { fuzz, outcomeOf } from "../../support/fuzz.ts";
import { mutateBytes, mutateDecimal } from "../../support/mutate.ts";
import type { Random } from "../../support/random.ts";
import { tempFolder } from "../../support/temp-folder.ts";

const EXAMPLES = ["two-regions", "three-regions", "both-ways"].map((name) =>
  readFileSync(new URL(`../../../config/example-${name}.yaml`, import.meta.url)),
);
const VALUES = [
  ...["", "~", "[]", "{}", "- 1", "!!binary x", "!!set {a}", "&a [*a]", "*a", "? {a: b}", "<<: *a", "__proto__: {x: 1}", "constructor: 1"],
  ...["1e309", ".nan", "-.inf", "0x7fffffffffffffff", "99999999999999999999TiB", "-1MiB", "0B", "1e9d", "2024-01-01", "true", '"\\uD800"'],
  ...[
    "redis://u:p@h:1/0?x#y",
    "redis://[::1]:65536",
    "ws://",
    "ws://h:0",
    "[::]:1",
    "::1",
    "0.0.0.0:99999",
    "file:",
    "$" + "{}",
    "a: b: c",
  ],
];

function damaged(random: Random): Buffer {
  let bytes: Buffer = random.pick(EXAMPLES);
  for (let left = random.between(0, 4); left > 0; left--) {
    const lines = bytes.toString("utf8").split("\n");
    const at = random.between(0, lines.length - 1);
    switch (random.between(0, 4)) {
      case 0:
        bytes = mutateDecimal(bytes, random);
        break;
      case 1:
        bytes = mutateBytes(bytes, random, random.pick(EXAMPLES));
        break;
      case 2:
        lines[at] = (lines[at] ?? "").replace(/(:\s+)\S.*$/, (_, colon) => `${colon}${random.pick(VALUES)}`);
        bytes = Buffer.from(lines.join("\n"));
        break;
      case 3:
        lines.splice(at, random.between(0, 3), ...lines.slice(random.between(0, lines.length - 1)).slice(0, 3));
        bytes = Buffer.from(lines.join("\n"));
        break;
      default:
        lines.splice(at, 0, `${" ".repeat(random.between(0, 8))}${random.pick(VALUES)}`);
        bytes = Buffer.from(lines.join("\n"));
    }
  }
  return bytes;
}

fuzz(
  "a topology is read, or every problem is said in CONFIG_INVALID",
  async (random) => {
    await using folder = await tempFolder("fuzz-topology");
    const file = join(folder.path, "topology.yaml");
    await writeFile(file, damaged(random));
    const outcome = outcomeOf(() => {
      const topology = loadTopology(file, { CAUSEWAY_SECRET: "x".repeat(40) });
      for (const region of Object.keys(topology.settings.regions)) regionView(topology, region);
    });
    expect(["fine", "CONFIG_INVALID"]).toContain(outcome);
    expect(({} as { x?: unknown }).x).toBeUndefined();
  },
  { runs: 150 },
);
