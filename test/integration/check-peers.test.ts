/** `causeway check` logs in to the peers that we dial, says what is wrong in one sentence, and disturbs nobody. */
import { readFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { expect, test } from "vitest";
import { preflightPeer } from "../../src/cli/preflight-peer.ts";
import type { LinkTls } from "../../src/link/connection/opening.ts";
import type { RegionView } from "../../src/topology/region-view.ts";
import { eventually } from "../support/eventually.ts";
import { freePort } from "../support/free-port.ts";
import { LinkPair, type PairOptions, REPLID_A, SECRET } from "../support/link-pair.ts";

const DIGEST = "00".repeat(32);

type Look = { readonly secret?: string; readonly tls?: LinkTls };

/** What eu-west's check says of us-east at that port; only what it reads of the view is there. */
function look(port: number, { secret = SECRET, tls }: Look = {}) {
  const view = { region: "eu-west", secret, digest: DIGEST, ...(tls && { tls }) } as RegionView;
  return preflightPeer(view, { region: "us-east", dial: { host: "127.0.0.1", port, tls: tls !== undefined }, streams: [] });
}

function identity(name: string, authority = "ca"): LinkTls {
  const read = (file: string) => readFileSync(new URL(`../fixtures/link-tls/${file}`, import.meta.url), "utf8");
  return { cert: read(`${name}.crt`), key: read(`${name}.key`), ca: read(`${authority}.crt`) };
}

test("a good login is ok, leaves nothing behind and does not touch the link that runs", async () => {
  await using pair = await LinkPair.open();
  const history = pair.origin.begin({ id: "1", replid: REPLID_A, offset: 0n });
  pair.dial();
  await eventually(() => expect(pair.peer.current?.tail).toEqual(history.tail));
  for (let round = 0; round < 3; round++) {
    expect(await look(pair.port)).toEqual({ level: "ok", subject: `peer us-east ws://127.0.0.1:${pair.port}`, message: "lets us in" });
  }
  history.writePings(2);
  await eventually(() => expect(pair.peer.current?.tail).toEqual(history.tail));
  expect(pair.errors).toEqual([]);
  expect(pair.listener.stats).toMatchObject({ unauthenticated: 0, refusals: {} });
  expect(pair.listener.stats.records.get("eu-west")).toMatchObject({ reconnects: 0, superseded: 0, lastError: undefined });
});

test.each<[string, PairOptions["listener"], Look, string, RegExp]>([
  ["another secret", {}, { secret: "not the secret" }, "refused", /^does not accept our secret/],
  ["a region that it does not know", { peers: new Map() }, {}, "refused", /eu-west takes nothing from us-east/],
  ["another region", { region: "ap-south" }, {}, "refused", /is the gateway of another region than us-east; correct its url/],
  ["another topology", { topologyDigest: "11".repeat(32) }, {}, "warning", /started with another topology/],
  ["TLS there and not here", { tls: identity("us-east") }, {}, "refused", /does it expect wss:/],
  [
    "TLS here and not there",
    {},
    { tls: identity("eu-west") },
    "refused",
    /^TLS fails: wrong version number; check the certificates and gateway.tls/,
  ],
  ["TLS on both sides", { tls: identity("us-east") }, { tls: identity("eu-west") }, "ok", /lets us in/],
  ["an authority that we do not trust", { tls: identity("us-east") }, { tls: identity("eu-west", "stranger") }, "refused", /^TLS fails/],
  [
    "an authority that it does not trust",
    { tls: identity("us-east") },
    { tls: identity("stranger") },
    "refused",
    /trust the authority of our/,
  ],
  [
    "its certificate of another region",
    { tls: identity("eu-west") },
    { tls: identity("eu-west") },
    "refused",
    /does not name region us-east/,
  ],
  [
    "our certificate of another region",
    { tls: identity("us-east") },
    { tls: identity("us-east") },
    "refused",
    /does not name region eu-west/,
  ],
])("%s is one clear sentence", async (_, listener = {}, options, level, sentence) => {
  await using pair = await LinkPair.open({ listener });
  const finding = await look(pair.port, options);
  expect(finding.message).toMatch(sentence);
  expect(finding.level).toBe(level);
  expect(finding.message).not.toMatch(/\n|not the secret/);
});

test("nobody, and something that is no gateway", async () => {
  expect(await look(await freePort())).toMatchObject({ level: "unreachable", message: expect.stringContaining("nobody listens there") });
  const server = createServer((_, response) => response.writeHead(404).end());
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  try {
    const { port } = server.address() as AddressInfo;
    expect(await look(port)).toMatchObject({ level: "refused", message: expect.stringContaining("answers 404 instead of a link") });
  } finally {
    await new Promise((resolve) => server.close(resolve));
  }
});
