/** The command line as reader and as operator, over HTTPS, and a halted service that begins anew without a full sync. */
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import type { GatewayStatus } from "../../src/admin/status/gateway.ts";
import { eventually } from "../support/eventually.ts";
import { spawnCli, spawnGateway } from "../support/gateway.ts";
import { RedisServer } from "../support/redis-server.ts";
import { tempFolder } from "../support/temp-folder.ts";
import { writeTopology } from "../support/topology-file.ts";

const file = (name: string) => fileURLToPath(new URL(`../fixtures/link-tls/${name}`, import.meta.url));
const identity = (region: string) => ({ cert: file(`${region}.crt`), key: file(`${region}.key`), ca: file("ca.crt") });
const reference = (name: string) => `\${${name}}`;

test("reader, operator and stranger; a restarted source and delivery resume where they were", async () => {
  await using folder = await tempFolder("roles");
  await using master = await RedisServer.start();
  await using target = await RedisServer.start();
  const { path, env, ports } = await writeTopology({
    folder: folder.path,
    regions: {
      "us-east": { master: { url: master.url }, tls: identity("us-east") },
      "eu-west": { replicas: { "us-east": { url: target.url } }, tls: identity("eu-west") },
    },
    admin: {
      tls: true,
      clients: {
        reader: { role: "read", token: reference("READ_TOKEN") },
        operator: { role: "operator", token: reference("OPERATOR_TOKEN") },
        alice: { role: "operator" },
      },
    },
  });
  const reader = { READ_TOKEN: "the-token-of-a-reader" };
  const operator = { OPERATOR_TOKEN: "the-token-of-an-operator" };
  await master.call("SET", "before", "1");
  const gatewayEnv = { ...env, ...reader, ...operator };
  await using _us = spawnGateway({ config: path, region: "us-east", env: gatewayEnv });
  await using _eu = spawnGateway({ config: path, region: "eu-west", env: gatewayEnv });
  await eventually(async () => (await target.call("GET", "before")) === "1", { timeoutMs: 30_000 });

  const causeway = async (args: readonly string[], own: Readonly<Record<string, string>>) => {
    const child = spawnCli([...args, "--config", path], own);
    return { code: (await child.exited).code, output: child.output };
  };
  const status = async (): Promise<readonly GatewayStatus[]> => {
    const { output } = await causeway(["status", "--json"], reader);
    return (JSON.parse(output) as { regions: { status: GatewayStatus }[] }).regions.map((region) => region.status);
  };
  await eventually(async () => expect((await causeway(["status"], reader)).code).toBe(0), { timeoutMs: 30_000 });
  expect(await causeway(["status", "--region", "us-east"], {})).toMatchObject({ code: 4, output: expect.stringContaining("answers 401") });

  // Another address is asked for one region, and another region's gateway there is not taken for it.
  const elsewhere = (region: string) => causeway(["status", "--region", region, "--admin", `127.0.0.1:${ports["us-east"]!.admin}`], reader);
  expect(await elsewhere("us-east")).toMatchObject({ code: 0 });
  expect(await elsewhere("eu-west")).toMatchObject({ code: 4 });
  expect(await causeway(["status", "--admin", "127.0.0.1:1"], reader)).toMatchObject({ code: 2 });

  const restart = ["restart", "source", "--region", "us-east"];
  expect(await causeway(restart, reader)).toMatchObject({ code: 3, output: expect.stringContaining("answers 401") });
  expect(await causeway(restart, operator)).toEqual({ code: 0, output: "source of us-east was restarted\n" });
  const certificate = ["--cert", file("alice.crt"), "--key", file("alice.key")];
  expect(await causeway(["restart", "delivery:us-east", "--region", "eu-west", ...certificate], {})).toMatchObject({ code: 0 });
  expect(await causeway(["restart", "nothing", "--region", "eu-west"], operator)).toMatchObject({ code: 2 });

  for (let index = 0; index < 100; index++) await master.call("INCR", "counter");
  await eventually(async () => (await target.call("GET", "counter")) === "100", { timeoutMs: 30_000 });
  const [origin, replica] = await status();
  expect(origin!.streams[0]!.master).toMatchObject({ fullSyncs: 1, partialSyncs: 1 });
  expect(replica!.streams[0]!.delivery).toMatchObject({ keysLoaded: 1, divergences: 0 });
  expect(origin!.certificates.map(({ use, path: certPath, state }) => [use, certPath, state])).toEqual([
    ["link", file("us-east.crt"), "valid"],
    ["link", file("ca.crt"), "valid"],
  ]);
  // Nobody without a login reads the metrics, whichever way.
  await expect(fetch(`http://127.0.0.1:${ports["us-east"]!.admin}/metrics`)).rejects.toThrow();
});
