/** Attaches to a master: the handshake of `handshake.ts` over a connection. */
import { GatewayError } from "../errors.ts";
import { advance, begin, type HandshakeOptions, type PsyncReply, type Resume } from "./handshake.ts";
import type { MasterAddress, MasterConnection } from "./master-connection.ts";

const MAX_LINE_BYTES = 4096;
const LF = 10;

export type PsyncOptions = {
  readonly connection: MasterConnection;
  readonly address: MasterAddress;
  readonly listeningPort: number;
  readonly resume: Resume | undefined;
};

/** Throws SOURCE_REFUSED, SOURCE_NOT_READY, SOURCE_CONNECTION or RESP_MALFORMED. */
export async function psync(options: PsyncOptions, signal: AbortSignal): Promise<PsyncReply> {
  const { connection, address, listeningPort, resume } = options;
  const { username, password } = address;
  const credentials = { ...(username !== undefined && { username }), ...(password !== undefined && { password }) };
  const handshake: HandshakeOptions = { credentials, listeningPort, resume };
  const first = begin(handshake);
  let step = first.next;
  let line = "";
  connection.send(first.send);
  return await connection.converse<PsyncReply>((chunk, done) => {
    for (let at = 0; at < chunk.length; at++) {
      const byte = chunk[at]!;
      if (byte !== LF) {
        line += String.fromCharCode(byte);
        if (line.length > MAX_LINE_BYTES) throw new GatewayError("RESP_MALFORMED", "a reply of the master is too long");
        continue;
      }
      const reply = line.trimEnd();
      line = "";
      // A lone newline keeps the connection alive while the master prepares.
      if (reply === "") continue;
      const transition = advance(step, reply, handshake);
      if ("done" in transition) return done(transition.done, chunk.subarray(at + 1));
      step = transition.next;
      connection.send(transition.send);
    }
  }, signal);
}
