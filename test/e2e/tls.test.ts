/** Everything encrypted and with few rights: mutual TLS between the gateways, TLS and ACL users towards Redis. */
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { compareServers } from "../support/digest.ts";
import { eventually } from "../support/eventually.ts";
import { freePort } from "../support/free-port.ts";
import { spawnGateway } from "../support/gateway.ts";
import { RedisServer } from "../support/redis-server.ts";
import { tempFolder } from "../support/temp-folder.ts";
import { writeTopology } from "../support/topology-file.ts";

const certificates = fileURLToPath(new URL("../fixtures/link-tls/", import.meta.url));
const file = (name: string) => join(certificates, name);
const identity = (region: string) => ({ cert: file(`${region}.crt`), key: file(`${region}.key`), ca: file("ca.crt") });

test("mutual TLS links, TLS to master and target, ACL users that may do no more than they need", async () => {
  await using folder = await tempFolder("tls");
  const tlsArgs = async () => {
    const port = await freePort();
    const certificate = [
      "--tls-cert-file",
      file("us-east.crt"),
      "--tls-key-file",
      file("us-east.key"),
      "--tls-ca-cert-file",
      file("ca.crt"),
    ];
    return { port, args: ["--tls-port", `${port}`, "--tls-auth-clients", "no", ...certificate] };
  };
  const [masterTls, targetTls] = [await tlsArgs(), await tlsArgs()];
  await using master = await RedisServer.start({ args: masterTls.args });
  await using target = await RedisServer.start({ args: targetTls.args });
  await master.call("ACL", "SETUSER", "tail", "on", ">tail-secret", "resetkeys", "resetchannels", "-@all", "+psync", "+replconf", "+ping");
  await target.call("ACL", "SETUSER", "apply", "on", ">apply-secret", "~*", "&*", "+@all", "-@admin", "+info", "+config|get");
  for (const name of ["tail", "apply"]) await writeFile(join(folder.path, name), `${name}-secret\n`);
  const tls = { ca: file("ca.crt"), servername: "us-east" };
  const server = (port: number, user: string) => ({
    url: `rediss://127.0.0.1:${port}`,
    username: user,
    password: `file:${join(folder.path, user)}`,
    tls,
  });
  const { path, env, ports } = await writeTopology({
    folder: folder.path,
    regions: {
      "us-east": { master: server(masterTls.port, "tail"), tls: identity("us-east") },
      "eu-west": { replicas: { "us-east": server(targetTls.port, "apply") }, tls: identity("eu-west") },
    },
  });
  await master.call("SET", "before", "1");
  await using us = spawnGateway({ config: path, region: "us-east", env });
  await using eu = spawnGateway({ config: path, region: "eu-west", env });
  await eventually(async () => (await target.call("GET", "before")) === "1", { timeoutMs: 30_000 });
  for (let index = 0; index < 200; index++) await master.call("INCR", "counter");
  await eventually(async () => (await target.call("GET", "counter")) === "200");
  expect((await compareServers(master.client(), target.client())).mismatches).toEqual([]);
  const ready = await fetch(`http://127.0.0.1:${ports["eu-west"]!.admin}/readyz`);
  expect([ready.status, await ready.text()]).toEqual([200, expect.any(String)]);
  for (const { output } of [us, eu]) expect(output).not.toMatch(/tail-secret|apply-secret/);
});
