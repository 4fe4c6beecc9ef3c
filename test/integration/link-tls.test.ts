import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import type { LinkTls } from "../../src/link/connection/opening.ts";
import { eventually } from "../support/eventually.ts";
import { LinkPair, REPLID_A } from "../support/link-pair.ts";

/** Made by test/fixtures/link-tls/make.sh: one authority, a certificate per region, and one of a stranger's authority. */
function identity(name: string, authority = "ca"): LinkTls {
  const read = (file: string) => readFileSync(new URL(`../fixtures/link-tls/${file}`, import.meta.url), "utf8");
  return { cert: read(`${name}.crt`), key: read(`${name}.key`), ca: read(`${authority}.crt`) };
}

test("peers with certificates of their regions link over mutual TLS", async () => {
  await using pair = await LinkPair.open({ listener: { tls: identity("us-east") }, dialer: { tls: identity("eu-west") } });
  const history = pair.origin.begin({ id: "1", replid: REPLID_A, offset: 0n });
  history.writePings(3);
  pair.dial();
  await eventually(() => expect(pair.peer.current?.tail).toEqual(history.tail));
  expect(pair.errors).toEqual([]);
  expect(pair.dialer.stats.bytesReceived).toBeGreaterThan(0);
});

test("a dialer with another region's certificate is refused although it knows the secret", async () => {
  await using pair = await LinkPair.open({ listener: { tls: identity("us-east") }, dialer: { tls: identity("us-east") } });
  expect(await pair.dialOnce()).toMatchObject({ code: "LINK_REFUSED", details: { refusal: "certificate" } });
});

test("a listener with another region's certificate is not spoken to", async () => {
  await using pair = await LinkPair.open({ listener: { tls: identity("eu-west") }, dialer: { tls: identity("eu-west") } });
  expect(await pair.dialOnce()).toMatchObject({ code: "LINK_REFUSED" });
  await eventually(() => expect(pair.listener.stats.unauthenticated).toBe(0));
});

test("an expired certificate is refused in both directions", async () => {
  await using late = await LinkPair.open({ listener: { tls: identity("us-east") }, dialer: { tls: identity("eu-west-expired") } });
  expect(await late.dialOnce()).toMatchObject({ code: "LINK_CONNECTION" });
  await eventually(() => expect(late.listener.stats.refusals["tls"]).toBe(1));
  await using old = await LinkPair.open({ listener: { tls: identity("us-east-expired") }, dialer: { tls: identity("eu-west") } });
  expect(await old.dialOnce()).toMatchObject({ code: "LINK_CONNECTION", message: expect.stringContaining("certificate has expired") });
  expect([late.listener.stats.links, old.listener.stats.links]).toEqual([[], []]);
});

test("a certificate of an unknown authority, and no TLS at all, do not reach the handshake", async () => {
  await using pair = await LinkPair.open({ listener: { tls: identity("us-east") }, dialer: { tls: identity("stranger") } });
  expect(await pair.dialOnce()).toMatchObject({ code: "LINK_CONNECTION" });
  await using plain = await LinkPair.open({ dialer: { port: pair.port } });
  expect(await plain.dialOnce()).toMatchObject({ code: "LINK_CONNECTION" });
  await eventually(() => expect(pair.listener.stats.refusals["tls"]).toBe(2));
});
