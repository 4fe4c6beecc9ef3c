/** A stream may come via another region: from the origin in the end, in no circle, and each region is given only what the file gives it. */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { regionView } from "../../../src/topology/region-view.ts";
import { loadTopology } from "../../../src/topology/topology.ts";

const folder = mkdtempSync(join(tmpdir(), "causeway-relay-"));
afterAll(() => rmSync(folder, { recursive: true }));

const REGIONS = ["us-east", "eu-west", "eu-north", "eu-south"];

/** By region, whom it takes us-east's writes from; undefined: from us-east itself. eu-west has a master of its own. */
function topologyWith(vias: Readonly<Record<string, string | undefined>>, more = "") {
  const regions = REGIONS.map((region, index) => {
    const port = 7400 + index * 10;
    const replicas = Object.entries(vias)
      .filter(([name]) => name === region)
      .map(([, via]) => `us-east: { feed: 127.0.0.1:${port + 5}${via === undefined ? "" : `, via: ${via}`} }`);
    const hasMaster = region === "us-east" || region === "eu-west";
    return `  ${region}:
    gateway: { listen: 127.0.0.1:${port}, url: ws://127.0.0.1:${port}, admin: 127.0.0.1:${port + 1}, data: ./data/${region} }
${hasMaster ? `    master: { url: redis://127.0.0.1:${port + 2} }\n` : ""}    replicas: { ${replicas.join()} }
`;
  });
  const file = join(folder, "topology.yaml");
  writeFileSync(file, `version: 1\nsecret: \${CAUSEWAY_SECRET}\n${more}regions:\n${regions.join("")}`);
  return loadTopology(file, { CAUSEWAY_SECRET: "a secret of sixteen" });
}

const problem = (vias: Readonly<Record<string, string | undefined>>, more?: string) => {
  try {
    topologyWith(vias, more);
    return "none";
  } catch (error) {
    return (error as Error).message.replaceAll(/^.*?topology.yaml:\d+:\d+: regions\./gm, "");
  }
};

test("each region knows whom it takes the stream from, who takes it from there, and who is behind those", () => {
  const topology = topologyWith({ "eu-west": undefined, "eu-north": "eu-west", "eu-south": "eu-north" });
  const view = (region: string) => regionView(topology, region);
  const replica = (region: string) => view(region).replicas[0]!;
  expect(view("us-east")).toMatchObject({ subscribers: ["eu-west"], behind: ["eu-north", "eu-south"] });
  expect(replica("eu-west")).toMatchObject({ origin: "us-east", subscribers: ["eu-north"], behind: ["eu-south"] });
  expect(replica("eu-north")).toMatchObject({ origin: "us-east", subscribers: ["eu-south"], behind: [] });
  expect(replica("eu-south")).toMatchObject({ subscribers: [], behind: [] });
  const upstreams = ["eu-west", "eu-north", "eu-south"].map((region) => view(region).upstreams.map((one) => [one.region, one.dial.port]));
  expect(upstreams).toEqual([[["us-east", 7400]], [["eu-west", 7410]], [["eu-north", 7420]]]);
});

test("two streams from one region come over one link, to the address that the file gives it", () => {
  const links = 'links: [{ from: eu-west, to: eu-north, url: "ws://127.0.0.1:9000" }]\n';
  const topology = topologyWith({ "eu-west": undefined, "eu-north": "eu-west" }, links);
  topology.settings.regions["eu-north"]!.replicas["eu-west"] = topology.settings.regions["eu-west"]!.replicas["us-east"]!;
  expect(regionView(topology, "eu-north").upstreams).toEqual([
    { region: "eu-west", dial: { host: "127.0.0.1", port: 9000, tls: false }, streams: ["us-east/0", "eu-west/0"] },
  ]);
  expect(regionView(topology, "eu-west")).toMatchObject({ subscribers: ["eu-north"], replicas: [{ subscribers: ["eu-north"] }] });
});

test.each([
  [
    "a circle",
    { "eu-west": "eu-north", "eu-north": "eu-west" },
    "eu-west.replicas.us-east.via: the writes of us-east would go round in a circle: eu-west via eu-north via eu-west",
  ],
  [
    "a longer circle",
    { "eu-west": "eu-south", "eu-north": "eu-west", "eu-south": "eu-north" },
    "eu-west via eu-south via eu-north via eu-west",
  ],
  ["itself", { "eu-west": "eu-west" }, "eu-west.replicas.us-east.via: expected another region: eu-west cannot pass a stream on to itself"],
  [
    "a region without the stream",
    { "eu-north": "eu-west" },
    "eu-north.replicas.us-east.via: eu-west does not take the writes of us-east, so it cannot pass them on: expected us-east among its replicas",
  ],
  ["nowhere", { "eu-north": "eu-wets" }, "eu-north.replicas.us-east.via: expected a region of this file, did you mean eu-west?"],
])("via %s is refused in one sentence", (_, vias, sentence) => {
  expect(problem(vias)).toContain(sentence);
});

test("via the origin is what it is without via", () => {
  expect(regionView(topologyWith({ "eu-west": "us-east" }), "us-east").subscribers).toEqual(["eu-west"]);
});

test("the link to a relay is as safe as one to the origin: certificates where it is wss://, plaintext between machines only as the file says", () => {
  const vias = { "eu-west": undefined, "eu-north": "eu-west" };
  const dialled = (url: string) => `links: [{ from: eu-west, to: eu-north, url: "${url}" }]\n`;
  expect(problem(vias, dialled("wss://gw.example.com"))).toContain(
    "eu-north.gateway: expected tls: the gateway of eu-west is reached by wss://, which needs certificates",
  );
  expect(problem(vias, dialled("ws://gw.example.com"))).toContain("expected wss://: ws:// between machines can be read on the way");
  expect(problem(vias, `${dialled("ws://gw.example.com")}link: { allowPlaintext: true }\n`)).toBe("none");
});
