import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { topologyJsonSchema } from "../../../src/topology/schema.ts";
import { loadTopology } from "../../../src/topology/topology.ts";
import { tempFolder } from "../../support/temp-folder.ts";

const config = new URL("../../../config/", import.meta.url);
const examples = readdirSync(config).filter((name) => name.endsWith(".yaml"));

test("there are examples", () => expect(examples).toContain("example-two-regions.yaml"));

test.each(examples)("%s is valid and names its schema", (name) => {
  const path = new URL(name, config).pathname;
  expect(() => loadTopology(path, {})).not.toThrow();
  expect(readFileSync(path, "utf8")).toMatch(/^# yaml-language-server: \$schema=topology\.schema\.json\n/);
});

test("the topology of deploy/compose is valid", () => {
  expect(() => loadTopology(new URL("../deploy/compose/topology.yaml", config).pathname, {})).not.toThrow();
});

test.each(["README.md", "deploy/TWO-VMS.md"])("the topology of %s is valid", async (name) => {
  await using folder = await tempFolder("document");
  const path = join(folder.path, "topology.yaml");
  writeFileSync(path, /```yaml\n(version:.*?)```/s.exec(readFileSync(new URL(`../${name}`, config), "utf8"))![1]!);
  expect(() => loadTopology(path, {})).not.toThrow();
});

test("config/topology.schema.json is generated from the declaration", () => {
  expect(JSON.parse(readFileSync(new URL("topology.schema.json", config), "utf8"))).toEqual(
    JSON.parse(JSON.stringify(topologyJsonSchema())),
  );
});

test("every setting is described, and every optional scalar says its default or may be left out", () => {
  const undocumented: string[] = [];
  const walk = (node: Record<string, unknown>, path: string) => {
    for (const [key, child] of Object.entries((node["properties"] ?? {}) as Record<string, Record<string, unknown>>)) {
      if (!child["description"]) undocumented.push(`${path}.${key}`);
      walk(child, `${path}.${key}`);
    }
    for (const inner of [node["additionalProperties"], node["items"]])
      if (typeof inner === "object") walk(inner as Record<string, unknown>, `${path}.*`);
  };
  walk(topologyJsonSchema(), "");
  expect(undocumented).toEqual([]);
});
