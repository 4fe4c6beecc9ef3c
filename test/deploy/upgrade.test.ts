/**
 * A rolling upgrade, one region at a time, under load: one gateway of the pair runs the build of an older commit, the other today's, over the
 * same data folders, target and link. The older commit is the one that recorded test/fixtures/wire, or CAUSEWAY_PREVIOUS.
 */
import { execFile } from "node:child_process";
import { mkdir, readFile, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, expect, test } from "vitest";
import { Pair } from "../support/pair.ts";
import { type TempFolder, tempFolder } from "../support/temp-folder.ts";
import { Workload } from "../support/workload.ts";
import { DEPLOY } from "./tools.ts";

const ROOT = join(DEPLOY, "..");
const run = promisify(execFile);
const git = async (...args: readonly string[]) => (await run("git", [...args], { cwd: ROOT })).stdout.trim();

/** Empty where the sources are here without their history. */
const commit = process.env["CAUSEWAY_PREVIOUS"] ?? (await git("log", "-1", "--format=%H", "--", "test/fixtures/wire").catch(() => ""));
let folder: TempFolder;
let previous: string;

beforeAll(async () => {
  folder = await tempFolder("previous");
  if (commit === "") return;
  const archive = join(folder.path, "previous.tar");
  await git(
    "archive",
    "--output",
    archive,
    commit,
    "package.json",
    "package-lock.json",
    "tsconfig.json",
    "config/tools",
    "src",
    "test/support",
  );
  const build = join(folder.path, "build");
  await mkdir(build);
  await run("tar", ["xf", archive, "-C", build]);
  await symlink(join(ROOT, "node_modules"), join(build, "node_modules"));
  await run(process.execPath, [join(build, "test/support/build.mjs")], { cwd: build });
  previous = join(build, "dist/src/main.js");
}, 120_000);

afterAll(() => folder?.[Symbol.asyncDispose]());

test.skipIf(commit === "").each([["us-east", "eu-west"] as const, ["eu-west", "us-east"] as const])(
  "%s first, then %s, and back",
  async (first, second) => {
    await using pair = await Pair.create();
    await withoutNewSettings(pair.topology.path);
    pair.run({ cli: previous });
    await pair.caughtUp();
    await using load = await Workload.start(pair.master.client(), { commandsPerSecond: 1_000 });
    const goesOn = async () => {
      await pair.caughtUp();
      const [origin, replica] = [await pair.stream("us-east"), await pair.stream("eu-west")];
      expect(origin.master).toMatchObject({ historiesLost: 0 });
      expect(origin.journal).toMatchObject({ damages: 0 });
      expect(replica.journal).toMatchObject({ damages: 0 });
      expect(replica.delivery).toMatchObject({ divergences: 0 });
      return { fullSyncs: origin.master!.fullSyncs, keysLoaded: replica.delivery!.keysLoaded };
    };
    await goesOn();
    const replace = async (region: "us-east" | "eu-west", cli?: string) => {
      await (region === "us-east" ? pair.us : pair.eu).terminate();
      await pair.respawn(region, cli === undefined ? {} : { cli });
    };
    await replace(first);
    const half = await goesOn();
    await replace(second);
    expect(await goesOn()).toEqual({ fullSyncs: 0, keysLoaded: 0 });
    expect(first === "us-east" ? half.fullSyncs : half.keysLoaded).toBe(0);
    // An upgrade that disappoints is undone in the same way.
    await replace(second, previous);
    await goesOn();
    await replace(first, previous);
    expect(await goesOn()).toEqual({ fullSyncs: 0, keysLoaded: 0 });
    await load.stop();
    await pair.caughtUp();
    expect(await pair.problems(load.ledgers)).toEqual([]);
  },
  180_000,
);

/** As an operator does it: what the older program does not know comes into the topology when it is gone. */
async function withoutNewSettings(path: string): Promise<void> {
  const topology = JSON.parse(await readFile(path, "utf8")) as { regions: Record<string, { master?: { heartbeat?: string } }> };
  for (const { master } of Object.values(topology.regions)) delete master?.heartbeat;
  await writeFile(path, JSON.stringify(topology));
}
