/** Keys whose TTL the source prolongs while the stream is down, until after the end that the target knows. */
import { eventually } from "./eventually.ts";
import { Pair, type PairOptions } from "./pair.ts";

const LONG_MS = 600_000;

/** What keys meet at the source while the stream is down, from before the end that the target knows to after it. */
export async function prolongDuringAnOutage(pair: Pair): Promise<void> {
  const { master, target } = pair.clients();
  await pair.caughtUp();
  for (let shortMs = 400; !(await prolongInTime(pair, shortMs)); shortMs *= 2) await pair.caughtUp();
  await target.exists("counter", "session", "kept", "cart", "ends");
  await master.incr("counter");
  await master.hset("cart", "another", "2");
  pair.proxy.heal();
  await pair.caughtUp();
}

/** False when the machine was too slow for keys that live so long. */
async function prolongInTime(pair: Pair, shortMs: number): Promise<boolean> {
  const { master } = pair.clients();
  for (const key of ["counter", "session", "kept", "ends"]) await master.set(key, "5", "PX", shortMs);
  await master.multi().hset("cart", "item", "1").pexpire("cart", shortMs).exec();
  await pair.caughtUp();
  pair.proxy.cut();
  const prolonged = master.multi().incr("counter").pexpire("counter", LONG_MS).pexpire("session", LONG_MS, "GT").persist("kept");
  const [first] = (await prolonged.pexpire("cart", LONG_MS).exec()) ?? [];
  // The source's own clock has passed the end that the target knew.
  await eventually(async () => (await master.exists("ends")) === 0, { what: "the end of the key" });
  if (first?.[1] === 6) return true;
  pair.proxy.heal();
  return false;
}

/** What is wrong afterwards, and what the counter says: 7 when every INCR found what the one before had left. */
export async function prolonged(options: PairOptions): Promise<{ readonly problems: readonly string[]; readonly counter: string | null }> {
  await using pair = await Pair.start(options);
  await prolongDuringAnOutage(pair);
  return { problems: await pair.problems(), counter: await pair.target.client().get("counter") };
}
