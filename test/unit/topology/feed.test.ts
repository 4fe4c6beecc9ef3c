/** A stream is delivered by write or by feed; a feed is an address, or a mapping with a login and certificates. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { regionView } from "../../../src/topology/region-view.ts";
import { loadTopology } from "../../../src/topology/topology.ts";

const folder = mkdtempSync(join(tmpdir(), "causeway-feed-"));
afterAll(() => rmSync(folder, { recursive: true }));

const WRITE = 'write: { url: "redis://127.0.0.1:6380" }';
const env = { CAUSEWAY_SECRET: "a secret of sixteen", FEED_PASSWORD: "swordfish" };

function topologyWith(delivery: string) {
  const file = join(folder, "topology.yaml");
  writeFileSync(
    file,
    `version: 1
secret: \${CAUSEWAY_SECRET}
regions:
  us-east:
    gateway: { listen: 127.0.0.1:7400, url: ws://127.0.0.1:7400, admin: 127.0.0.1:7401, data: ./data/us-east }
    master: { url: redis://127.0.0.1:6379 }
  eu-west:
    gateway: { listen: 127.0.0.1:7410, url: ws://127.0.0.1:7410, admin: 127.0.0.1:7411, data: ./data/eu-west }
    replicas: { us-east: { ${delivery} } }
`,
  );
  return loadTopology(file, env);
}

test("a feed is an address, and its region is a subscriber of the stream", () => {
  const topology = topologyWith("feed: 127.0.0.1:6390");
  const { replicas, warnings } = regionView(topology, "eu-west");
  expect([replicas[0]?.write, replicas[0]?.feed, warnings]).toEqual([
    undefined,
    { host: "127.0.0.1", port: 6390, username: "default" },
    [],
  ]);
  expect(regionView(topology, "us-east").subscribers).toEqual(["eu-west"]);
});

test("a feed has a login; one without, that other machines reach, is warned of", () => {
  const given = topologyWith(`feed: { listen: "0.0.0.0:6390", username: eu, password: "\${FEED_PASSWORD}" }`);
  const { replicas, warnings } = regionView(given, "eu-west");
  expect([replicas[0]?.feed, warnings]).toEqual([{ host: "0.0.0.0", port: 6390, username: "eu", password: "swordfish" }, []]);
  expect(regionView(topologyWith('feed: "0.0.0.0:6390"'), "eu-west").warnings.join()).toContain("whoever reaches 0.0.0.0:6390");
});

test.each([
  ["both", `${WRITE}, feed: 127.0.0.1:6390`, "replicas.us-east: expected either write or feed"],
  ["neither", "onDivergence: halt", "replicas.us-east: expected either write or feed"],
  ["no address", "feed: somewhere", "feed.listen: expected host:port"],
  ["a password in plain text", 'feed: { listen: "127.0.0.1:6390", password: swordfish }', "feed.password: expected"],
  ["an unknown setting", 'feed: { listen: "127.0.0.1:6390", pasword: x }', "feed.pasword: unknown key, did you mean password"],
  ["a port that is taken", "feed: 127.0.0.1:7411", "replicas.us-east.feed: 127.0.0.1:7411 is already the admin address of eu-west"],
])("refused: %s", (_, delivery, expected) => {
  expect(() => topologyWith(delivery)).toThrow(expected);
});

test("an acknowledgement by another region needs one that takes the stream", () => {
  const topology = topologyWith("feed: 127.0.0.1:6390");
  expect(regionView(topology, "us-east").masterAck).toBe("local-durable");
  const file = join(folder, "topology.yaml");
  const text = readFileSync(file, "utf8").replace("redis://127.0.0.1:6379", '"redis://127.0.0.1:6379", ack: remote-durable');
  writeFileSync(file, text);
  expect(regionView(loadTopology(file, env), "us-east").masterAck).toBe("remote-durable");
  const bounded = (ack: string) => writeFileSync(file, text.replace("ack: remote-durable", `ack: ${ack}, bound: { lag: 5s }`));
  bounded("remote-durable");
  expect(regionView(loadTopology(file, env), "us-east").ackBound).toEqual({ lagMs: 5_000, keepaliveMs: 50_000 });
  bounded("local-durable");
  expect(() => loadTopology(file, env)).toThrow("regions.us-east.master.bound: expected ack: remote-durable or remote-applied beside it");
  writeFileSync(file, text.replace(/replicas: .*/, "replicas: {}"));
  expect(() => loadTopology(file, env)).toThrow("regions.us-east.master.ack: expected local-durable, or a region");
});
