/** A key expires in the target when the source says so, whatever the target's clock says. */
import { expect, test } from "vitest";
import { prolonged } from "../../support/prolonged.ts";
import { shiftedServerClock } from "../../support/shifted-clock.ts";

const canShift = shiftedServerClock(0) !== undefined;
test.skipIf(!canShift).each([5_000, -5_000])("the target's clock is off by %d ms", async (shiftMs) => {
  const env = shiftedServerClock(shiftMs)!;
  expect(await prolonged({ targetServer: { env } })).toEqual({ problems: [], counter: "7" });
});
