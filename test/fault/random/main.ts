/** `npm run test:faults -- --minutes 30 [--seed 7] [--delivery feed] [--json] [--only "link"]`: random faults against real processes until the time is over. */
import { parseArgs } from "node:util";
import { catalogueOf } from "./catalogue/catalogue.ts";
import { renderTable } from "./report.ts";
import { run } from "./run.ts";
import { DELIVERIES } from "./world.ts";

const { values } = parseArgs({
  options: {
    minutes: { type: "string", default: "5" },
    seed: { type: "string", default: `${Math.floor(Math.random() * 2 ** 31)}` },
    delivery: { type: "string", default: "write" },
    json: { type: "boolean", default: false },
    /** Kinds that contain this text. */
    only: { type: "string", default: "" },
  },
});
const [minutes, seed] = [Number(values.minutes), Number(values.seed)];
const delivery = DELIVERIES.find((kind) => kind === values.delivery);
const all = catalogueOf(delivery ?? "write");
const catalogue = all.filter(({ kind }) => kind.includes(values.only));
if (!(minutes > 0) || !Number.isInteger(seed) || delivery === undefined || catalogue.length === 0) {
  const kinds = all.map(({ kind }) => kind).join(", ");
  console.error(
    `--minutes wants a number above 0, --seed an integer, --delivery ${DELIVERIES.join(" or ")}, --only a part of one of: ${kinds}`,
  );
  process.exit(2);
}

const stopAtMs = performance.now() + minutes * 60_000;
console.error(`seed ${seed}`);
const summary = await run({ seed, delivery, catalogue, goOn: () => performance.now() < stopAtMs, say: (line) => console.error(line) });
console.log(values.json ? JSON.stringify(summary) : renderTable(summary));
// At once: Node 20 may spin for ever over a socket that was being reset when its event loop ran out.
process.exit(summary.violations === 0 ? 0 : 1);
