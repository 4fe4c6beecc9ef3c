/** The connection ends between EXEC and its reply: only the target knows whether the unit committed (APPLIED_ONCE). */
import { expect, test } from "vitest";
import { eventually } from "../support/eventually.ts";
import { Pair } from "../support/pair.ts";
import { loads, underLoad } from "../support/under-load.ts";
import { WanProxy } from "../support/wan-proxy.ts";

async function proxied(): Promise<readonly [Pair, WanProxy]> {
  let proxy: WanProxy | undefined;
  const pair = await Pair.start({
    write: async (target) => {
      proxy = await WanProxy.start({ target: { port: target.port } });
      return { url: `redis://127.0.0.1:${proxy.port}` };
    },
  });
  return [pair, proxy!];
}

test("the replies to EXEC are swallowed and the line is cut: each unit is applied exactly once", async () => {
  const [pair, proxy] = await proxied();
  await using _pair = pair;
  await using _proxy = proxy;
  const stored = () => pair.target.call("GET", "causeway:checkpoint:{us-east/0}");
  await underLoad(pair, 61, async ({ more }) => {
    const committed = async (what: string) => {
      const before = await stored();
      await eventually(async () => (await stored()) !== before, { timeoutMs: 20_000, what });
    };
    for (let round = 0; round < 4; round++) {
      await committed("units that are answered");
      proxy.change({ down: { delayMs: 3_600_000 } });
      await committed("a unit that is not answered");
      proxy.reset();
      proxy.change({ down: { delayMs: 0 } });
      await more(100);
    }
  });
  expect(loads(pair)).toBe(1);
});

test("the replies are cut at any byte, and so are the units on their way", async () => {
  const [pair, proxy] = await proxied();
  await using _pair = pair;
  await using _proxy = proxy;
  await underLoad(pair, 62, async ({ more }) => {
    for (let round = 0; round < 4; round++) {
      const accepted = proxy.accepted;
      proxy.cutAfter(501 + round * 4_999, round % 2 === 0 ? "down" : "up");
      await eventually(() => proxy.accepted > accepted, { timeoutMs: 20_000, what: "another connection" });
      await more(100);
    }
  });
  expect(loads(pair)).toBe(1);
});
