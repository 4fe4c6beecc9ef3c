/** A replica that continues must have our bytes; one that does not must not be believed. */
import { expect, test } from "vitest";
import { decidePsync } from "../../../../src/delivery/feed/psync.ts";
import { Offset, Replid } from "../../../../src/stream/position.ts";

const NOW = Replid.of("b".repeat(40));
const BEFORE = Replid.of("a".repeat(40));
const held = (vouched: boolean) => ({ start: Offset.of(100), boundary: Offset.of(200), replid: NOW, vouched });
const at = (offset: number, replid = NOW) => ({ replid, offset: Offset.of(offset) });

test.each([
  ["a stranger", undefined, false, "full"],
  ["at the oldest offset", at(100), true, "continue"],
  ["at the end", at(200), true, "continue"],
  ["older than retention", at(99), true, "full"],
  ["ahead under the name of now", at(201), false, "later"],
  ["ahead under an earlier name", at(201, BEFORE), false, "full"],
  ["under an earlier name that vouches", at(150, BEFORE), true, "continue"],
  ["under a name that does not vouch", at(150, BEFORE), false, "full"],
] as const)("%s", (_, asked, vouched, expected) => {
  expect(decidePsync(asked, held(vouched))).toBe(expected);
});
