/** The rest of `causeway check`: the data folder on this machine, and whether the peers that we dial accept links. */
import { constants } from "node:fs";
import { access, mkdtemp, rm, stat, statfs } from "node:fs/promises";
import { dirname, join } from "node:path";
import type { PeerCertificate } from "node:tls";
import { WebSocket } from "ws";
import { isCertificateOf } from "../link/certificate.ts";
import { formatHostPort } from "../topology/address.ts";
import type { RegionView, ReplicaView } from "../topology/region-view.ts";
import { formatBytes } from "./format.ts";
import { type Finding, unreachableText } from "./preflight.ts";

const PEER_TIMEOUT_MS = 3_000;
/** Nothing is expected before we say who we are. */
const MAX_REPLY_BYTES = 64 * 1024;
/** Path of the link endpoint on a gateway. */
const LINK_PATH = "/link";

/** Writes and removes a probe, or, while the folder does not exist, asks whether it can be made. */
export async function preflightDataFolder(view: RegionView): Promise<readonly Finding[]> {
  const { dataFolder: folder, journal } = view;
  const subject = `data folder ${folder}`;
  try {
    const existing = await nearestExisting(folder);
    if (!(await stat(existing)).isDirectory())
      return [{ level: "failed", subject, message: `${existing} is no folder; choose another gateway.data` }];
    if (existing === folder) await rm(await mkdtemp(join(folder, ".check-")), { recursive: true });
    else await access(existing, constants.W_OK | constants.X_OK);
    const { bavail, bsize } = await statfs(existing);
    const freeBytes = bavail * bsize;
    const streams = view.replicas.length + (view.master ? 1 : 0);
    const wantedBytes = journal.retention.bytes * streams;
    const findings: Finding[] = [
      { level: "ok", subject, message: `writable, ${formatBytes(freeBytes)} free${existing === folder ? "" : ", will be created"}` },
    ];
    if (freeBytes < wantedBytes) {
      const message = `retention allows ${formatBytes(wantedBytes)} for ${streams} streams; lower journal.retention.bytes or use a larger disk, or the disk fills up`;
      findings.push({ level: "warning", subject, message });
    }
    return findings;
  } catch (cause) {
    const code = (cause as NodeJS.ErrnoException).code ?? String(cause);
    return [{ level: "failed", subject, message: `is not writable (${code}); give it to the user that runs causeway` }];
  }
}

async function nearestExisting(folder: string): Promise<string> {
  for (let path = folder; ; path = dirname(path)) {
    try {
      await stat(path);
      return path;
    } catch (cause) {
      if ((cause as NodeJS.ErrnoException).code !== "ENOENT" || path === dirname(path)) throw cause;
    }
  }
}

/** Opens a link and closes it before logging in: a peer that accepts it is a gateway that listens. */
export async function preflightPeer(replica: ReplicaView, tls: RegionView["tls"]): Promise<Finding> {
  const { dial, origin } = replica;
  const url = `${dial.tls ? "wss" : "ws"}://${formatHostPort(dial)}${LINK_PATH}`;
  const subject = `peer ${origin} ${url}`;
  const socket = new WebSocket(url, {
    perMessageDeflate: false,
    handshakeTimeout: PEER_TIMEOUT_MS,
    maxPayload: MAX_REPLY_BYTES,
    ...(dial.tls && tls && { ...tls, checkServerIdentity: regionIdentity(origin) }),
  });
  try {
    return await new Promise<Finding>((resolve) => {
      socket.once("open", () => resolve({ level: "ok", subject, message: "accepts links" }));
      socket.once("unexpected-response", (_, response) => {
        resolve({
          level: "refused",
          subject,
          message: `answers ${response.statusCode} instead of a link; is it a causeway gateway's listen address?`,
        });
      });
      socket.once("error", (cause) => resolve({ level: "unreachable", subject, message: unreachableText(cause) }));
    });
  } finally {
    // Terminating a socket that is still connecting raises one more error.
    socket.on("error", () => undefined);
    socket.terminate();
  }
}

/** A gateway's certificate names its region, not its host. */
function regionIdentity(region: string): () => boolean {
  const check = (_host: string, certificate: PeerCertificate) =>
    isCertificateOf(region, certificate) ? undefined : new Error(`the certificate is not that of region ${region}`);
  // The types of `ws` know only a boolean; node:tls wants the error.
  return check as unknown as () => boolean;
}
