import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { expect, test } from "vitest";
import { freePort } from "../../support/free-port.ts";

const ASKED = 1_000;
const module = fileURLToPath(new URL("../../../dist/test/support/free-port.js", import.meta.url));
/** Lives until all have been given theirs. */
const other = `const { freePort } = await import(${JSON.stringify(module)}); const ports = [];
for (let n = 0; n < ${ASKED}; n++) ports.push(await freePort());
console.log(JSON.stringify(ports)); process.stdin.resume();`;

test("processes that look for ports at the same time are given different ones, and those that ask together, too", async () => {
  const children = [1, 2, 3].map(() => promisify(execFile)(process.execPath, ["--input-type=module", "-e", other]));
  const mine = await Promise.all(Array.from({ length: ASKED }, () => freePort()));
  const given = await Promise.all(
    children.map(({ child }) => new Promise<string>((resolve) => child.stdout!.once("data", (text) => resolve(String(text))))),
  );
  for (const { child } of children) child.stdin!.end();
  await Promise.all(children);
  const ports = [...mine, ...given.flatMap((text) => JSON.parse(text) as number[])];
  expect(new Set(ports).size).toBe(4 * ASKED);
});
