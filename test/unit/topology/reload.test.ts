import { expect, test } from "vitest";
import { compareTopologies } from "../../../src/topology/reload.ts";
import { topologySchema } from "../../../src/topology/schema.ts";

const gateway = { listen: "127.0.0.1:1", url: "ws://127.0.0.1:1", admin: "127.0.0.1:2", data: "d" };
const base = { version: 1, secret: `\${SECRET}`, regions: { "us-east": { gateway } } };
const settings = (more: object) => ({ settings: topologySchema.parse({ ...base, ...more }) });

test("alerts and the log's level are taken over, by name; the same file changes nothing", () => {
  expect(compareTopologies(settings({}), settings({}))).toEqual({ changed: [], refused: [] });
  const after = settings({ log: { level: "debug" }, alerts: { rules: { lag: { above: "1s" } } } });
  expect(compareTopologies(settings({}), after)).toEqual({ changed: ["alerts.rules.lag", "log.level"], refused: [] });
});

test("everything else is refused, by name", () => {
  const other = { ...gateway, listen: "127.0.0.1:9" };
  const after = settings({
    log: { level: "debug" },
    link: { window: "1MiB" },
    regions: { "us-east": { gateway: other }, "eu-west": { gateway } },
  });
  expect(compareTopologies(settings({}), after).refused).toEqual(["regions.us-east.gateway.listen.port", "regions.eu-west", "link.window"]);
});
