/**
 * Whether the gateway that we dial lets us in: the real login, then goodbye. It asks for no stream, so a link that runs between the
 * same two gateways is not disturbed.
 */
import { GatewayError } from "../errors.ts";
import { probePeer } from "../link/connection/opening.ts";
import { systemClock } from "../runtime/clock.ts";
import { formatHostPort } from "../topology/address.ts";
import type { RegionView, UpstreamView } from "../topology/region-view.ts";
import type { Finding } from "./preflight.ts";
import { unreachableText } from "./preflight.ts";

type Verdict = Pick<Finding, "level" | "message">;

/** Never throws. */
export async function preflightPeer(view: RegionView, { region: origin, dial }: UpstreamView): Promise<Finding> {
  const { region, secret, digest, tls } = view;
  const subject = `peer ${origin} ${dial.tls ? "wss" : "ws"}://${formatHostPort(dial)}`;
  try {
    const { host, port } = dial;
    const options = { region, origin, host, port, secret, topologyDigest: digest, clock: systemClock, ...(dial.tls && tls && { tls }) };
    const sameTopology = await probePeer(options, new AbortController().signal);
    if (sameTopology) return { level: "ok", subject, message: "lets us in" };
    return {
      level: "warning",
      subject,
      message: "lets us in, but was started with another topology; the file should be the same in every region",
    };
  } catch (cause) {
    return { subject, ...judge(cause, { region, origin, usesTls: dial.tls }) };
  }
}

type Who = { readonly region: string; readonly origin: string; readonly usesTls: boolean };

function judge(cause: unknown, who: Who): Verdict {
  if (!(cause instanceof GatewayError)) return { level: "unreachable", message: unreachableText(cause) };
  if (cause.code !== "LINK_CONNECTION") return { level: "refused", message: refusalText(cause, who) };
  if (cause.cause === undefined) return { level: "unreachable", message: cause.message };
  const { code, message } = cause.cause as { readonly code?: string; readonly message: string };
  const status = /^Unexpected server response: (\d+)$/.exec(message)?.[1];
  if (status === "503") return { level: "warning", message: "is busy with connections that have not logged in; it will be tried again" };
  if (status) return { level: "refused", message: `answers ${status} instead of a link; is it a causeway gateway's listen address?` };
  if (code === "ECONNRESET") {
    const question = who.usesTls ? "wss://; does it trust the authority of our certificate?" : "ws://; does it expect wss://?";
    return { level: "refused", message: `hangs up on ${question}` };
  }
  const text = unreachableText(cause.cause);
  return { level: text.startsWith("TLS") ? "refused" : "unreachable", message: text.replace("tls.ca", "gateway.tls of both regions") };
}

function refusalText({ message, details }: GatewayError, { region, origin }: Who): string {
  switch (details["refusal"]) {
    case "secret":
      return "does not accept our secret; it must be the same in every region";
    case "not-in-topology":
      return `does not know us: in its topology ${region} takes nothing from ${origin}; compare the files`;
    case "wrong-region":
      return `is the gateway of another region than ${origin}; correct its url (${message})`;
    case "certificate":
      return `does not accept our certificate: it does not name region ${region}; correct gateway.tls.cert`;
    default:
      return message;
  }
}
