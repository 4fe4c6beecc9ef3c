/** A machine that lacks what the command needs: one sentence instead of a stack. */
import { copyFile, cp, mkdir, readFile, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { expect, test } from "vitest";
import { ExitCode } from "../../src/cli/exit-codes.ts";
import { Child } from "../support/child.ts";
import { cliPath } from "../support/gateway.ts";
import { tempFolder } from "../support/temp-folder.ts";

const packageFile = join(dirname(cliPath()), "../../package.json");

async function version(main: string, env: Readonly<Record<string, string>> = {}): Promise<readonly [number | null, string]> {
  const child = new Child(process.execPath, [main, "version"], { env });
  const { code } = await child.exited;
  return [code, child.output];
}

async function oldestNode(): Promise<string> {
  const { engines } = JSON.parse(await readFile(packageFile, "utf8")) as { readonly engines: { readonly node: string } };
  return engines.node.replace(">=", "");
}

test("a Node that is too old", async () => {
  await using folder = await tempFolder("old-node");
  const pretend = join(folder.path, "pretend.mjs");
  const as = async (node: string) => {
    await writeFile(pretend, `Object.defineProperty(process, "versions", { value: { ...process.versions, node: "${node}" } });`);
    return await version(cliPath(), { NODE_OPTIONS: `--import ${pretend}` });
  };
  const oldest = await oldestNode();
  for (const node of ["18.20.8", "20.18.3"]) {
    expect(await as(node)).toEqual([ExitCode.unequipped, `causeway: Causeway needs Node ${oldest} or newer; this is Node ${node}\n`]);
  }
  for (const node of [`${oldest}.0`, "22.0.0"]) expect((await as(node))[0]).toBe(ExitCode.ok);
});

test("the set-up refuses the same versions, before it does anything; texts name the same", async () => {
  await using folder = await tempFolder("old-node");
  const pretend = join(folder.path, "pretend.mjs");
  await writeFile(pretend, `Object.defineProperty(process, "versions", { value: { ...process.versions, node: "20.18.3" } });`);
  const oldest = await oldestNode();
  const root = dirname(packageFile);
  const setup = new Child(process.execPath, [join(root, "test/support/setup.mjs")], { env: { NODE_OPTIONS: `--import ${pretend}` } });
  expect([(await setup.exited).code, setup.output]).toEqual([1, `Causeway needs Node ${oldest} or newer; this is Node 20.18.3.\n`]);
  for (const [name, count] of [
    ["README.md", 2],
    ["deploy/TWO-VMS.md", 1],
    ["src/cli/exit-codes.ts", 1],
  ] as const) {
    const named = [...(await readFile(join(root, name), "utf8")).matchAll(/Node (?:≥ )?(\d+\.\d+)/g)].map(([, version]) => version);
    expect(named, name).toEqual(Array.from({ length: count }, () => oldest));
  }
});

test("packages that are not installed, and a command that is not built", async () => {
  await using folder = await tempFolder("no-packages");
  const main = join(folder.path, "dist/src/main.js");
  await copyFile(packageFile, join(folder.path, "package.json"));
  await mkdir(join(dirname(main), "runtime"), { recursive: true });
  const source = dirname(cliPath());
  for (const name of ["main.js", "runtime/engine.js"]) await cp(join(source, name), join(dirname(main), name));
  expect(await version(main)).toEqual([ExitCode.unequipped, expect.stringMatching(/^causeway: Cannot find module .*`npm run setup`.*\n$/)]);
  await cp(join(source, "command.js"), join(dirname(main), "command.js"));
  expect(await version(main)).toEqual([
    ExitCode.unequipped,
    expect.stringMatching(/^causeway: neither lz4 nor lz4-napi can be loaded; `npm install` .*\n$/),
  ]);
});
