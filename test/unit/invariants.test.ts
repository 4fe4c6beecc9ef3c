/** The README's invariants are named where they are kept and where they are attacked. */
import { readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";

const root = fileURLToPath(new URL("../../", import.meta.url));

function sources(folder: string): string {
  return readdirSync(`${root}${folder}`, { recursive: true, encoding: "utf8" })
    .filter((name) => name.endsWith(".ts") && !name.endsWith("invariants.test.ts"))
    .map((name) => readFileSync(`${root}${folder}/${name}`, "utf8"))
    .join("\n");
}

const readme = readFileSync(`${root}README.md`, "utf8");
const names = [...readme.matchAll(/^\| ([A-Z]+(?:_[A-Z]+)*) \|/gm)].map((match) => match[1]!);
const [kept, attacked] = [sources("src"), sources("test")];

test("the table is found", () => expect(names.length).toBeGreaterThan(8));

test.each(names)("%s is named in src and in a test", (name) => {
  const cited = new RegExp(`\\b${name}\\b`);
  expect([cited.test(kept), cited.test(attacked)]).toEqual([true, true]);
});
