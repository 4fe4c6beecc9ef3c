/** Dockerfile, compose file and systemd unit, as far as they can be judged without Docker and without systemd as process 1. */
import { execFile } from "node:child_process";
import { mkdir, readdir, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { promisify } from "node:util";
import { describe, expect, test } from "vitest";
import { parse } from "yaml";
import { cliPath } from "../support/gateway.ts";
import { Pair } from "../support/pair.ts";
import { tempFolder } from "../support/temp-folder.ts";
import { DEPLOY, Tool } from "./tools.ts";

const ROOT = join(DEPLOY, "..");
const dclint = new Tool("dclint");
const dockerfileUtils = new Tool("dockerfile-utils");
const systemdAnalyze = new Tool("systemd-analyze");
const read = (name: string) => readFile(join(DEPLOY, name), "utf8");

describe("Dockerfile", () => {
  test.skipIf(dockerfileUtils.isMissing)("is a Dockerfile", async () => {
    expect((await dockerfileUtils.run("lint", "docker/Dockerfile")).trim()).toBe("");
  });

  test("copies what exists, and its .dockerignore lets exactly that in", async () => {
    const text = await read("docker/Dockerfile");
    const copied = [...text.matchAll(/^COPY (?!--from)(.+)$/gm)].flatMap(([, words]) => words!.split(" ").slice(0, -1));
    const included = (await read("docker/Dockerfile.dockerignore")).split("\n").filter((line) => line.startsWith("!"));
    expect(included.map((line) => line.slice(1)).toSorted()).toEqual(copied.toSorted());
    for (const path of copied) await expect(promisify(execFile)("test", ["-e", join(ROOT, path)])).resolves.toBeDefined();
  });

  test("builds the gateway from what it copies, and nothing else", async () => {
    await using folder = await tempFolder("image");
    const text = await read("docker/Dockerfile");
    const sources = [...text.matchAll(/^COPY (?!--from)(.+)$/gm)].flatMap(([, words]) => words!.split(" ").slice(0, -1));
    for (const path of sources.filter((path) => !path.startsWith("deploy/"))) {
      await mkdir(join(folder.path, path, ".."), { recursive: true });
      await promisify(execFile)("cp", ["-r", join(ROOT, path), join(folder.path, path)]);
    }
    await promisify(execFile)("ln", ["-s", join(ROOT, "node_modules"), join(folder.path, "node_modules")]);
    const build = () => promisify(execFile)("npm", ["run", "-s", "build"], { cwd: folder.path });
    await build();
    // A build that has lost its files is made again, whatever it remembers.
    await rm(join(folder.path, "dist/src"), { recursive: true });
    await build();
    const { stdout } = await promisify(execFile)(process.execPath, ["dist/src/main.js", "version"], { cwd: folder.path });
    expect(stdout).toContain("causeway ");
    // Also what no compiler makes: the page of the admin port.
    for (const name of (await readdir(join(ROOT, "src"), { recursive: true })).filter((name) => /\.(html|css|svg|js)$/.test(name))) {
      await expect(readFile(join(folder.path, "dist/src", name)), name).resolves.toBeDefined();
    }
  });

  test("runs from what it keeps of the build, page and runbook included", async () => {
    await using folder = await tempFolder("kept");
    const text = await read("docker/Dockerfile");
    const cp = (from: string, to: string) => promisify(execFile)("cp", ["-r", from, to]);
    // As Docker reads COPY: what has a slash at its end is a folder that sources are put into, and a folder's contents are copied.
    for (const [, words] of text.slice(text.lastIndexOf("FROM ")).matchAll(/^COPY (?:--from=build )?(.+)$/gm)) {
      const [to, ...sources] = words!.split(" ").toReversed();
      for (const source of sources.map((path) => path.replace(/^\/build\//, ""))) {
        if (source === "node_modules") continue;
        const into = join(folder.path, to!, to!.endsWith("/") ? basename(source) : "");
        await mkdir(dirname(into), { recursive: true });
        await cp(join(ROOT, source), into);
      }
    }
    await symlink(join(ROOT, "node_modules"), join(folder.path, "node_modules"));
    const kept = await readdir(join(folder.path, "dist"), { recursive: true, withFileTypes: true });
    expect(kept.filter((entry) => entry.isFile()).length).toBeLessThan(40);
    await using pair = await Pair.create();
    pair.run({ cli: join(folder.path, "dist/src/main.js") });
    await pair.master.call("SET", "key", "value");
    await pair.caughtUp();
    expect(await pair.problems()).toEqual([]);
    const admin = `http://127.0.0.1:${pair.topology.ports["eu-west"]!.admin}`;
    for (const path of ["/", "/page/page.css", "/page/lib/lit-html.js", "/page/lib/uPlot.esm.js", "/runbook"]) {
      expect((await fetch(admin + path)).status, path).toBe(200);
    }
  });

  test("its health check says whether something answers", async () => {
    const check = join(DEPLOY, "docker/healthcheck.mjs");
    const env = { ...process.env, CAUSEWAY_HEALTH_URL: "http://127.0.0.1:9/healthz" };
    await expect(promisify(execFile)(process.execPath, [check], { env })).rejects.toMatchObject({ code: 1 });
  });
});

type Service = Readonly<Record<"command" | "ports" | "volumes" | "networks", readonly string[]>> & {
  readonly environment: Readonly<Record<string, string>>;
};
type Region = {
  readonly gateway: Readonly<Record<"listen" | "url" | "admin" | "data", string>>;
  readonly master?: { readonly url: string };
  readonly replicas?: Readonly<Record<string, { readonly write: { readonly url: string } }>>;
};

describe("compose.yaml", () => {
  test.skipIf(dclint.isMissing)("is what the Compose specification's schema wants", async () => {
    // Only errors end it with another code: style is not our business.
    await dclint.run("--quiet", "compose/compose.yaml");
  });

  test("agrees with its topology: services, ports, regions, secrets", async () => {
    const { services } = parse(await read("compose/compose.yaml"), { merge: true }) as { services: Readonly<Record<string, Service>> };
    const text = await read("compose/topology.yaml");
    const { regions } = parse(text) as { regions: Readonly<Record<string, Region>> };
    const topologyEnv = [...text.matchAll(/\$\{(\w+)\}/g)].map(([, name]) => name);
    expect(Object.keys(regions)).toHaveLength(3);
    for (const [region, { gateway, master, replicas = {} }] of Object.entries(regions)) {
      const service = services[`gateway-${region}`]!;
      expect(service.command).toEqual(["run", "--config", "/etc/causeway/topology.yaml", "--region", region]);
      expect(gateway.url).toBe(`ws://gateway-${region}:${gateway.listen.split(":").at(-1)}`);
      expect(service.ports[0]!.split(":").at(-1)).toBe(gateway.admin.split(":").at(-1));
      expect(service.volumes.some((volume) => volume.endsWith(`:${gateway.data}`))).toBe(true);
      expect(Object.keys(service.environment).toSorted()).toEqual([...new Set(topologyEnv)].toSorted());
      for (const { url } of [...(master ? [master] : []), ...Object.values(replicas).map(({ write }) => write)]) {
        const { hostname } = new URL(url);
        // The server is in one network with its own gateway alone.
        expect(services[hostname]!.networks).toEqual([region]);
        expect(service.networks).toContain(region);
      }
    }
  });
});

describe.skipIf(systemdAnalyze.isMissing)("causeway.service", () => {
  test("is a unit that systemd takes, and exposes little", async () => {
    await using folder = await tempFolder("systemd");
    const unit = join(folder.path, "causeway.service");
    // systemd looks whether the program is there, and Node may be elsewhere on this machine.
    await writeFile(unit, (await read("systemd/causeway.service")).replace("/usr/bin/node", process.execPath));
    expect((await systemdAnalyze.run("verify", unit)).trim()).toBe("");
    const said = await systemdAnalyze.run("security", "--offline=true", "--threshold=15", unit);
    expect(said).toMatch(/Overall exposure level for causeway.service: [01]\.\d OK/);
  });

  test("starts the command that the gateway has", async () => {
    const [, command] = /^ExecStart=\S+ \S+main\.js (.+)$/m.exec(await read("systemd/causeway.service"))!;
    const { stdout } = await promisify(execFile)(process.execPath, [cliPath(), "run", "--help"]);
    for (const option of command!.match(/--\w+/g)!) expect(stdout).toContain(option);
  });
});
