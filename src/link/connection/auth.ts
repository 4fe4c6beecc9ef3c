/**
 * The proof that both ends of a link know the shared secret, without showing it. Each MAC covers the protocol version, who
 * dials whom and both nonces, under a label of its own role, so that neither side's proof can be played back to it.
 * The dialer proves first: a stranger gets nothing from the listener to guess secrets against.
 */
import { createHmac, timingSafeEqual } from "node:crypto";

export const NONCE_BYTES = 32;

export type Role = "dialer" | "listener";

/** What both proofs speak about. */
export type Transcript = {
  readonly version: number;
  readonly dialer: string;
  readonly listener: string;
  readonly dialerNonce: Buffer;
  readonly listenerNonce: Buffer;
};

export function prove(secret: string, role: Role, transcript: Transcript): Buffer {
  const mac = createHmac("sha256", secret);
  const fields = [
    `causeway link ${role}`,
    `${transcript.version}`,
    transcript.dialer,
    transcript.listener,
    transcript.dialerNonce,
    transcript.listenerNonce,
  ];
  for (const field of fields) {
    // Each field goes in behind its length: two different transcripts never make the same bytes.
    const bytes = Buffer.from(field);
    const length = Buffer.alloc(4);
    length.writeUInt32LE(bytes.length);
    mac.update(length).update(bytes);
  }
  return mac.digest();
}

export function isProof(mac: Buffer, secret: string, role: Role, transcript: Transcript): boolean {
  const expected = prove(secret, role, transcript);
  return mac.length === expected.length && timingSafeEqual(mac, expected);
}
