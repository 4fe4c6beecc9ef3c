import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { eventually } from "../../support/eventually.ts";
import { RedisServer } from "../../support/redis-server.ts";
import { tempFolder } from "../../support/temp-folder.ts";

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

test("a server answers, survives kill -9 and restart on the same port, and leaves no process or folder behind", async () => {
  let pid: number;
  let dir: string;
  {
    await using server = await RedisServer.start();
    ({ pid, dir } = server);
    expect(await server.call("SET", "a", "1")).toBe("OK");
    await server.kill9();
    expect(server.running).toBe(false);
    await server.restart(["--maxmemory", "100mb"]);
    expect(await server.call("CONFIG", "GET", "maxmemory")).toContain("104857600");
    expect(isAlive(pid)).toBe(false);
    pid = server.pid;
  }
  expect(isAlive(pid)).toBe(false);
  expect(existsSync(dir)).toBe(false);
});

test("a server keeps a named folder", async () => {
  await using folder = await tempFolder();
  for (const expected of [null, "1"]) {
    await using server = await RedisServer.start({ dir: folder.path, args: ["--appendonly", "yes", "--appendfsync", "always"] });
    expect(await server.call("GET", "a")).toBe(expected);
    await server.call("SET", "a", "1");
  }
});

test("a server that cannot start says why", async () => {
  await expect(RedisServer.start({ args: ["--no-such-setting", "1"] })).rejects.toThrow("no-such-setting");
});

test("a client of a server that is gone fails quickly instead of waiting", async () => {
  await using server = await RedisServer.start();
  const client = server.client();
  await client.ping();
  await server.kill9();
  await expect(client.ping()).rejects.toThrow();
});

test("a process killed with -9 takes its servers and folders with it", async () => {
  // The built copy: a plain process without the test runner around it.
  const module = fileURLToPath(new URL("../../../dist/test/support/redis-server.js", import.meta.url));
  const script = `import { RedisServer } from ${JSON.stringify(module)};
    const gone = await RedisServer.start();
    await gone[Symbol.asyncDispose]();
    const server = await RedisServer.start();
    console.log(JSON.stringify({ pid: server.pid, dir: server.dir }));
    setInterval(() => {}, 1000);`;
  const child = spawn(process.execPath, ["--input-type=module", "-e", script], { stdio: ["ignore", "pipe", "inherit"] });
  const [line] = await once(child.stdout, "data");
  const { pid, dir } = JSON.parse(String(line)) as { pid: number; dir: string };
  expect(isAlive(pid)).toBe(true);
  child.kill("SIGKILL");
  await eventually(() => !isAlive(pid) && !existsSync(dir), { what: "the end of the orphaned server" });
});
