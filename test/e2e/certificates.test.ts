/** Real gateways while their certificates are renewed, spoiled, or have expired: replication goes on, and everything is said. */
import { copyFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import type { GatewayStatus } from "../../src/admin/status/gateway.ts";
import { eventually } from "../support/eventually.ts";
import { spawnGateway } from "../support/gateway.ts";
import { RedisServer } from "../support/redis-server.ts";
import { tempFolder } from "../support/temp-folder.ts";
import { writeTopology } from "../support/topology-file.ts";

const fixture = (name: string) => fileURLToPath(new URL(`../fixtures/link-tls/${name}`, import.meta.url));

/** A master in us-east and its copy in eu-west, linked by certificates in files that a test replaces. */
async function world(folder: string, master: RedisServer, target: RedisServer) {
  const put = async (region: string, name: string) => {
    for (const part of ["crt", "key"]) await copyFile(fixture(`${name}.${part}`), join(folder, `${region}.${part}`));
  };
  const tls = (region: string) => ({ cert: join(folder, `${region}.crt`), key: join(folder, `${region}.key`), ca: fixture("ca.crt") });
  await put("us-east", "us-east");
  await put("eu-west", "eu-west");
  const { path, env, ports } = await writeTopology({
    folder,
    regions: {
      "us-east": { master: { url: master.url }, tls: tls("us-east") },
      "eu-west": { replicas: { "us-east": { url: target.url } }, tls: tls("eu-west") },
    },
  });
  const ask = async (region: string, what: string) => await (await fetch(`http://127.0.0.1:${ports[region]!.admin}/${what}`)).text();
  return {
    put,
    run: (region: string) => spawnGateway({ config: path, region, env }),
    status: async (region: string) => JSON.parse(await ask(region, "status")) as GatewayStatus,
    metrics: (region: string) => ask(region, "metrics"),
    carried: async (value: string) => {
      await master.call("SET", "key", value);
      await eventually(async () => (await target.call("GET", "key")) === value, { timeoutMs: 30_000 });
    },
  };
}

test("renewed on disk and by SIGHUP without dropping the link; a broken renewal is refused loudly and the old one serves", async () => {
  await using folder = await tempFolder("certificates");
  await using master = await RedisServer.start();
  await using target = await RedisServer.start();
  const { put, run, status, metrics, carried } = await world(folder.path, master, target);
  await using us = run("us-east");
  await using eu = run("eu-west");
  await carried("before");
  const connectedAtMs = async () => (await status("us-east")).links[0]!.connectedAtMs;
  const connected = await connectedAtMs();

  await put("us-east", "us-east-renewed");
  us.signal("SIGHUP");
  await eventually(() => expect(us.output).toContain("certificate.renewed"));
  await put("eu-west", "us-east");
  eu.signal("SIGHUP");
  await eventually(() => expect(eu.output).toContain("certificate.refused"));
  await writeFile(join(folder.path, "us-east.key"), "garbage");
  // Nobody says anything: the files are looked at from time to time.
  await eventually(() => expect(us.output).toContain("certificate.refused"), { timeoutMs: 30_000 });
  await carried("after");
  expect(await connectedAtMs()).toBe(connected);

  const { certificates, streams } = await status("us-east");
  expect(certificates[0]).toMatchObject({ use: "link", state: "valid", refused: expect.stringContaining("holds no PEM private key") });
  expect(streams[0]!.master!.fullSyncs).toBe(1);
  expect(await metrics("us-east")).toMatch(/causeway_certificate_refused\{.*us-east\.crt"\} 1\n/);
  expect(await metrics("us-east")).toMatch(/causeway_certificate_expires_in_seconds\{.*us-east\.crt"\} \d{9,}/);

  // What serves is the renewed certificate, not the garbage: a new link is made with it.
  await eu.terminate();
  await put("eu-west", "eu-west");
  await using again = run("eu-west");
  await carried("at the end");
  expect([us.exit, again.exit]).toEqual([undefined, undefined]);
  expect((await status("us-east")).streams[0]!.master!.fullSyncs).toBe(1);
});

test("with an expired certificate nobody is linked; once it is renewed the link comes about by itself", async () => {
  await using folder = await tempFolder("certificates");
  await using master = await RedisServer.start();
  await using target = await RedisServer.start();
  const { put, run, status, carried } = await world(folder.path, master, target);
  await put("eu-west", "eu-west-expired");
  await using us = run("us-east");
  await using eu = run("eu-west");
  await eventually(async () => expect((await status("us-east")).services.every(({ state }) => state === "running")).toBe(true));
  await eventually(() => expect(eu.output).toContain("certificate.expired"), { timeoutMs: 30_000 });
  await eventually(() => expect(us.output).toContain("a TLS handshake failed on the link port"), { timeoutMs: 30_000 });
  expect((await status("eu-west")).certificates[0]).toMatchObject({ state: "expired" });
  expect(await target.call("DBSIZE")).toBe(0);
  await put("eu-west", "eu-west");
  await carried("after");
});
