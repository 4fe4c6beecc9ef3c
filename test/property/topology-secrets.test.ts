import fc from "fast-check";
import { expect, test, vi } from "vitest";
import { parseTopologyText } from "../../src/topology/document.ts";

const SECRET = "XYZZY";
const FILE = `version: 1\nsecret: ${SECRET}\nregions:\n  a:\n    gateway: { listen: "x", tls: [1, 2] }\n    master: {url: ${SECRET}}\n  b: |\n   text\n`;
const MARKS = `" ' { } [ ] : * & ! !! % | > \\ \\x - ? # , @ \` --- ... !< !e! <<:`.split(" ");
const mark = fc.constantFrom(...MARKS, " ", "\n", "\t", "- ", "%TAG ", "%YAML ", ": ");

/** Most marks are put where the secret stands. */
const place = fc.oneof(fc.nat(FILE.length), fc.integer({ min: FILE.indexOf(SECRET) - 1, max: FILE.indexOf(SECRET) + SECRET.length }));

test("however the YAML is broken around a secret in the wrong place, no message repeats it", () => {
  const insertions = fc.array(fc.record({ mark, place }), { minLength: 1, maxLength: 3 });
  const warnings: string[] = [];
  const hear = (warning: string | Error) => warnings.push(`${warning}`);
  const emit = vi.spyOn(process, "emitWarning").mockImplementation(hear as never);
  fc.assert(
    fc.property(insertions, (inserted) => {
      let text = FILE;
      for (const one of inserted) text = text.slice(0, one.place) + one.mark + text.slice(one.place);
      for (const { message } of parseTopologyText(text).problems) expect(message).not.toMatch(/XY|YZZ|ZZY/);
    }),
    { numRuns: Number(process.env["RUNS"] ?? 2_000) },
  );
  emit.mockRestore();
  expect(warnings.slice(0, 3)).toEqual([]);
});
