/** TLS towards Redis: a server is verified before it hears a password, and a client certificate is shown where one is wanted. */
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { preflightMaster } from "../../src/cli/preflight.ts";
import { openRawSocket } from "../../src/delivery/write/target/raw-socket.ts";
import { Target } from "../../src/delivery/write/target/target.ts";
import { systemClock } from "../../src/runtime/clock.ts";
import { MasterConnection } from "../../src/source/master-connection.ts";
import { regionView, type ServerTls } from "../../src/topology/region-view.ts";
import { loadTopology } from "../../src/topology/topology.ts";
import { eventually } from "../support/eventually.ts";
import { freePort } from "../support/free-port.ts";
import { spawnGateway } from "../support/gateway.ts";
import { RedisServer } from "../support/redis-server.ts";
import { tempFolder } from "../support/temp-folder.ts";
import { writeTopology } from "../support/topology-file.ts";

const file = (name: string) => fileURLToPath(new URL(`../fixtures/link-tls/${name}`, import.meta.url));

async function startTls(name: string, authClients: "yes" | "no" = "no") {
  const port = await freePort();
  const tls = ["--tls-cert-file", file(`${name}.crt`), "--tls-key-file", file(`${name}.key`), "--tls-ca-cert-file", file("ca.crt")];
  const server = await RedisServer.start({ args: ["--tls-port", `${port}`, "--tls-auth-clients", authClients, ...tls] });
  return { server, port };
}

/** The settings as a gateway gets them from its topology. */
async function viewOf(port: number, tls: Readonly<Record<string, unknown>>): Promise<ServerTls> {
  await using folder = await tempFolder("redis-tls");
  const server = { url: `rediss://127.0.0.1:${port}`, tls };
  const { path, env } = await writeTopology({ folder: folder.path, regions: { "us-east": { master: server } } });
  return regionView(loadTopology(path, env), "us-east").master!.tls!;
}

test.each([
  ["a server with a certificate of its own making", "self-signed", {}, "self-signed certificate"],
  ["a server of an authority that we do not trust", "stranger", { servername: "stranger", ca: "ca.crt" }, "unable to verify"],
  ["a server with another name", "eu-west", { servername: "us-east", ca: "ca.crt" }, "does not match certificate's altnames"],
  ["a server whose certificate has expired", "us-east-expired", { servername: "us-east", ca: "ca.crt" }, "certificate has expired"],
])(
  "%s is refused in one sentence by everything that connects, and hears no password",
  async (_, name, { ca, ...settings }: { ca?: string }, said) => {
    const { server, port } = await startTls(name);
    await using _server = server;
    await server.call("CONFIG", "RESETSTAT");
    const tls = await viewOf(port, { ...settings, ...(ca && { ca: file(ca) }) });
    const address = { host: "127.0.0.1", port, password: "a password that nobody may hear", tls };
    const { findings } = await preflightMaster(address);
    expect(findings).toHaveLength(1);
    expect(findings[0]).toMatchObject({ level: "unreachable", message: expect.stringContaining(said) });
    const signal = new AbortController().signal;
    await expect(MasterConnection.open({ address, clock: systemClock }, signal)).rejects.toMatchObject({
      code: "SOURCE_CONNECTION",
      message: expect.stringContaining(said),
    });
    await expect(Target.open(address)).rejects.toMatchObject({ code: "TARGET_CONNECTION", message: expect.stringContaining(said) });
    await expect(openRawSocket(address, { checkpointKey: "checkpoint", importing: false })).rejects.toMatchObject({
      code: "TARGET_CONNECTION",
      message: expect.stringContaining(said),
    });
    expect(String(await server.call("INFO", "commandstats"))).not.toMatch(/cmdstat_auth/);
  },
);

test("servers that want client certificates get ours, and turn away who has none", async () => {
  const { server: master, port: masterPort } = await startTls("us-east", "yes");
  await using _master = master;
  const { server: target, port: targetPort } = await startTls("us-east", "yes");
  await using _target = target;
  await using folder = await tempFolder("redis-tls");
  const own = { ca: file("ca.crt"), servername: "us-east", cert: file("alice.crt"), key: file("alice.key") };
  const server = (port: number) => ({ url: `rediss://127.0.0.1:${port}`, tls: own });
  const { path, env } = await writeTopology({
    folder: folder.path,
    regions: { "us-east": { master: server(masterPort) }, "eu-west": { replicas: { "us-east": server(targetPort) } } },
  });
  await master.call("SET", "before", "1");
  await using _us = spawnGateway({ config: path, region: "us-east", env });
  await using _eu = spawnGateway({ config: path, region: "eu-west", env });
  await eventually(async () => (await target.call("GET", "before")) === "1", { timeoutMs: 30_000 });
  await master.call("SET", "after", "2");
  await eventually(async () => (await target.call("GET", "after")) === "2");

  const without = { host: "127.0.0.1", port: masterPort, tls: await viewOf(masterPort, { ca: file("ca.crt"), servername: "us-east" }) };
  expect((await preflightMaster(without)).findings).toMatchObject([{ level: "unreachable" }]);
});
