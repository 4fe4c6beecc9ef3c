/**
 * A long line on one machine, to try a link over it: `node dist/test/demo/line.js 7405 7400 80` listens on 7405 and leads to 7400, with a
 * round trip of 80 ms. `kill -STOP` cuts it as a broken router would (nothing arrives, nothing is refused), `kill -CONT` mends it.
 */
import { WanProxy } from "../support/wan-proxy.ts";

const [port, target, rttMs = 0] = process.argv.slice(2).map(Number);
if (![port, target, rttMs].every((value) => Number.isInteger(value) && value! >= 0) || !port || !target) {
  process.stderr.write("usage: node dist/test/demo/line.js PORT TARGET-PORT [ROUND-TRIP-MS]\n");
  process.exit(2);
}
await WanProxy.start({ port, target: { port: target }, rttMs });
