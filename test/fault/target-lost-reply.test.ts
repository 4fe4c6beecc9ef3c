/** The connection ends between EXEC and its reply: only the target knows whether the unit committed (APPLIED_ONCE). */
import { connect, createServer } from "node:net";
import { expect, test } from "vitest";
import { eventually } from "../support/eventually.ts";
import { freePort } from "../support/free-port.ts";
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

/** Leads to the target; when armed, it lets the next EXEC through, keeps what is answered from then on, and hangs up after EXEC's reply. */
async function swallowingLine(to: number) {
  const port = await freePort();
  const line = { port, armed: false, swallowed: 0 };
  const server = createServer((client) => {
    const upstream = connect(to, "127.0.0.1");
    let kept: string | undefined;
    const hangUp = () => {
      client.destroy();
      upstream.destroy();
    };
    for (const socket of [client, upstream]) socket.on("error", () => undefined).on("close", hangUp);
    client.on("data", (chunk) => {
      // A new connection first proves its guard by an EXEC that fails.
      const commits = chunk.includes("$4\r\nEXEC\r\n") && !chunk.includes("no checkpoint says this");
      if (line.armed && commits) {
        line.armed = false;
        kept = "";
      }
      upstream.write(chunk);
    });
    upstream.on("data", (chunk) => {
      if (kept === undefined) {
        client.write(chunk);
        return;
      }
      kept += chunk.toString("latin1");
      // The array begins with the witness's answer.
      if (!/\*\d+\r\n:1\r\n/.test(kept)) return;
      line.swallowed++;
      hangUp();
    });
  });
  await new Promise<void>((resolve) => server.listen(port, "127.0.0.1", resolve));
  return Object.assign(line, { [Symbol.asyncDispose]: () => new Promise<void>((resolve) => server.close(() => resolve())) });
}

test("the reply to EXEC is swallowed and the line is cut: each unit is applied exactly once", async () => {
  let made: Awaited<ReturnType<typeof swallowingLine>> | undefined;
  const pair = await Pair.start({
    write: async (target) => {
      made = await swallowingLine(target.port);
      return { url: `redis://127.0.0.1:${made.port}` };
    },
  });
  await using line = made!;
  await using _pair = pair;
  await underLoad(pair, 61, async ({ more }) => {
    for (let round = 1; round <= 4; round++) {
      line.armed = true;
      await eventually(() => line.swallowed === round, { timeoutMs: 20_000, what: "an EXEC whose reply is swallowed" });
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
