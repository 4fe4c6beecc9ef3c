import fc from "fast-check";
import { expect, test } from "vitest";
import { compareTopologies } from "../../../src/topology/reload.ts";
import { topologySchema } from "../../../src/topology/schema.ts";

const gateway = { listen: "127.0.0.1:1", url: "ws://127.0.0.1:1", admin: "127.0.0.1:2", data: "d" };
const master = { url: "redis://127.0.0.1:6379", bound: { lag: "5s" }, ack: "remote-durable" };
const write = { url: "redis://127.0.0.1:6380" };
const regions = { "us-east": { gateway, master }, "eu-west": { gateway, replicas: { "us-east": { write } } } };
const base = { version: 1, secret: `\${SECRET}`, regions, links: [{ from: "us-east", to: "eu-west", url: "ws://127.0.0.1:3" }] };
const settings = (more: object) => ({ settings: topologySchema.parse({ ...base, ...more }) });
const compare = (more: object, region = "us-east") => compareTopologies(settings({}), settings(more), region);

test("alerts and the log's level are taken over, by name; the same file changes nothing", () => {
  expect(compare({})).toEqual({ changed: [], refused: [] });
  const after = { log: { level: "debug" }, alerts: { rules: { lag: { above: "1s" } } } };
  expect(compare(after)).toEqual({ changed: ["alerts.rules.lag", "log.level"], refused: [] });
});

test("limits are taken over", () => {
  const after = {
    journal: { retention: { bytes: "1GiB" } },
    link: { window: "1MiB", snapshots: { bandwidth: "20MiB/s" } },
    regions: {
      "us-east": { gateway, master: { ...master, heartbeat: "2s", bound: { lag: "9s", keepalive: "20s" } } },
      "eu-west": { gateway, replicas: { "us-east": { write: { ...write, guard: { flush: true } }, onDivergence: "dead-letter" } } },
    },
  };
  for (const region of ["us-east", "eu-west"]) {
    const { changed, refused } = compare(after, region);
    expect(refused).toEqual([]);
    expect(changed).toContain("regions.us-east.master.bound.lag");
    expect(changed).toContain("regions.eu-west.replicas.us-east.write.guard.flush");
    expect(changed).toContain("link.snapshots.bandwidth");
  }
});

test("a region that is added, its streams and its way are taken over; certificates that would have to be watched are not", () => {
  const added = (replica: object) => ({
    regions: {
      ...regions,
      "eu-west": { gateway, replicas: { "us-east": { write }, "ap-south": replica } },
      "ap-south": { gateway, master, replicas: { "us-east": { write: { ...write, tls: {} } } } },
    },
    links: [...base.links, { from: "ap-south", to: "eu-west", url: "ws://127.0.0.1:4" }],
  });
  const expected = ["links", "regions.ap-south", "regions.eu-west.replicas.ap-south"];
  expect(compare(added({ write }), "us-east")).toEqual({ changed: expect.arrayContaining(expected), refused: [] });
  expect(compare(added({ write }), "eu-west")).toEqual({ changed: expect.arrayContaining(expected), refused: [] });
  expect(compare(added({ write: { ...write, tls: {} } }), "eu-west").refused).toEqual(["regions.eu-west.replicas.ap-south"]);
});

test("codecs come, change and go, of all links and of one; who dials keeps its way, added, changed or removed", () => {
  const codec = fc.option(fc.constantFrom("auto", "lz4", "zstd"), { nil: undefined });
  const url = fc.option(fc.constantFrom("ws://127.0.0.1:3", "ws://127.0.0.1:4"), { nil: undefined });
  const link = fc.record({ common: codec, own: codec, url });
  const parsed = ({ common, own, url: way }: { readonly [name in "common" | "own" | "url"]: string | undefined }) => {
    const entry = { from: "us-east", to: "eu-west", ...(own && { codec: own }), ...(way && { url: way }) };
    return settings({ ...(common && { link: { codec: common } }), links: own || way ? [entry] : [] });
  };
  fc.assert(
    fc.property(link, link, (one, other) => {
      const [before, after] = [parsed(one), parsed(other)];
      expect(compareTopologies(before, after, "us-east").refused).toEqual([]);
      const reload = compareTopologies(before, after, "eu-west");
      expect(reload.refused).toEqual(one.url === other.url ? [] : ["links"]);
      if (one.url !== other.url) return;
      const differs = [(one.common ?? "auto") !== (other.common ?? "auto") && "link.codec", one.own !== other.own && "links"];
      expect([...reload.changed].sort()).toEqual(differs.filter((name) => name !== false));
    }),
  );
});

test("what another region does by itself is nothing to us", () => {
  const after = { regions: { ...regions, "eu-west": { gateway, replicas: { "us-east": { write: { url: "redis://127.0.0.1:9" } } } } } };
  expect(compare(after, "us-east").refused).toEqual([]);
  expect(compare(after, "eu-west").refused).toEqual(["regions.eu-west.replicas.us-east.write.url.port"]);
});

test.each<[string, object, readonly string[]]>([
  [
    "another port",
    { regions: { ...regions, "us-east": { gateway: { ...gateway, listen: "127.0.0.1:9" }, master } } },
    ["regions.us-east.gateway.listen.port"],
  ],
  ["a region that is gone", { regions: { "us-east": { gateway, master } } }, ["regions.eu-west"]],
  [
    "heartbeats that begin",
    { regions: { ...regions, "us-east": { gateway, master: { ...master, heartbeat: "off" } } } },
    ["regions.us-east.master.heartbeat"],
  ],
  [
    "a bound that ends",
    { regions: { ...regions, "us-east": { gateway, master: { ...master, bound: undefined } } } },
    ["regions.us-east.master.bound"],
  ],
  [
    "another guard of expiries",
    { regions: { ...regions, "eu-west": { gateway, replicas: { "us-east": { write: { ...write, expiry: { guard: "1h" } } } } } } },
    ["regions.eu-west.replicas.us-east.write.expiry.guard"],
  ],
  ["another way", { links: [{ from: "us-east", to: "eu-west", url: "ws://127.0.0.1:9" }] }, ["links"]],
  ["a secret", { secret: `\${OTHER}` }, ["secret"]],
])("%s is refused, by name", (_, after, refused) => {
  expect(compare(after, "eu-west").refused.length + compare(after, "us-east").refused.length).toBeGreaterThan(0);
  expect([...compare(after, "eu-west").refused, ...compare(after, "us-east").refused]).toEqual(expect.arrayContaining([...refused]));
});
