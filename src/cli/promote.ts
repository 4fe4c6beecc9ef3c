/** `causeway promote`: ends a stream at its target, which becomes a server of its own with true expiries. Safe to ask again at any time. */

import { formatCount } from "../admin/dashboard/format.js";
import type { PromotionStatus } from "../admin/status/delivery.ts";
import { sleep } from "../runtime/sleep.ts";
import type { Environment } from "../topology/topology.ts";
import { chooseEndpoints, wantAdmin } from "./admin-client.ts";
import { ExitCode } from "./exit-codes.ts";
import type { OneRegion } from "./restart.ts";
import { streamName } from "./stream-name.ts";
import type { Terminal } from "./terminal.ts";

export type PromoteOptions = OneRegion & { readonly stream: string };

const ASK_INTERVAL_MS = 250;

export async function promoteStream(options: PromoteOptions, env: Environment, terminal: Terminal): Promise<number> {
  const [endpoint] = chooseEndpoints(options, env, "operator");
  const stream = streamName(options.stream);
  let said = "";
  while (!terminal.interrupted.aborted) {
    const answer = await wantAdmin(endpoint!, { method: "POST", path: `/promote/${encodeURIComponent(stream)}` }, options);
    if ("code" in answer) {
      terminal.writeError(answer.said);
      return answer.code;
    }
    const status = answer.body as PromotionStatus;
    if (status.step === "refused") {
      terminal.writeError(`causeway: ${stream} is not promoted: ${status.message}\n`);
      return ExitCode.unhealthy;
    }
    const sentence = describe(status, options.region);
    if (sentence !== said) terminal.write(`${sentence}\n`);
    said = sentence;
    if (status.step === "promoted") return ExitCode.ok;
    await sleep(ASK_INTERVAL_MS, terminal.interrupted);
  }
  return ExitCode.unhealthy;
}

function describe({ stream, step, done, total, appliedOffset, message }: PromotionStatus, region: string): string {
  const expiries = `${formatCount(done)} of ${formatCount(total)} expiries`;
  switch (step) {
    case "marking":
      return `${stream}: marking expiries, ${expiries}`;
    case "restoring":
      return `${stream}: restoring true expiries, ${expiries}`;
    case "promoted": {
      // A gateway that has started since does not remember how many.
      const restored = done === 0 ? "" : `, ${formatCount(done)} expiries restored`;
      return `${stream} is promoted at ${region}: applied up to offset ${appliedOffset ?? "?"}${restored}`;
    }
    default:
      return `${stream}: delivering what the journal holds${message === undefined ? "" : ` (${message})`}`;
  }
}
