/** BOUNDED: what delivery keeps of a stream whose names and sizes it does not choose. */
import { expect, test } from "vitest";
import { DeliveryStats } from "../../../src/delivery/write/delivery-stats.ts";
import { Flight } from "../../../src/delivery/write/unit/flight.ts";
import { encodeCommand } from "../../../src/resp/encode.ts";

test("BOUNDED: names beyond the 64th are counted together, and none is lost", () => {
  const stats = new DeliveryStats();
  for (let name = 0; name < 1_000; name++) stats.count(stats.dropped, `NAME${name}`);
  for (let again = 0; again < 10; again++) stats.count(stats.dropped, "NAME0");
  expect(stats.dropped.size).toBe(65);
  expect(stats.dropped.get("NAME0")).toBe(11);
  expect([...stats.dropped.values()].reduce((sum, count) => sum + count, 0)).toBe(1_010);
});

test("BOUNDED: a unit above 4 MiB is not kept until it is answered; a smaller one is, to name the command that failed", () => {
  const [small, large] = [new Flight(), new Flight()];
  const command = encodeCommand("SET", "k", Buffer.alloc(1024 * 1024));
  small.keep([command], command.length);
  expect(small.command(0)).toEqual(command);
  for (let index = 0; index < 5; index++) large.keep([command], command.length);
  expect(large.command(0)).toBeUndefined();
});
