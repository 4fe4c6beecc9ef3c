/** Where an RDB comes from: a file, standard input, or a server that is asked for a full sync as a replica would. */
import { createReadStream } from "node:fs";
import { open } from "node:fs/promises";
import { GatewayError, systemReason } from "../errors.ts";
import { systemClock } from "../runtime/clock.ts";
import { BulkTransfer } from "../source/bulk-transfer.ts";
import { type MasterAddress, MasterConnection } from "../source/master-connection.ts";
import { psync } from "../source/psync.ts";
import { parseRedisUrl } from "../topology/address.ts";
import type { Environment } from "../topology/topology.ts";

const READ_BYTES = 1024 * 1024;
/** No port of ours: nobody may dial a visitor. */
const NO_PORT = 0;

/** Takes the RDB's bytes in order, in chunks that are its own; `totalBytes` is undefined where only the end tells. */
export type TakeBytes = (chunk: Buffer, totalBytes: number | undefined) => void;

/** Gives the whole RDB to `take`; what `take` throws ends it. Throws CONFIG_INVALID, SOURCE_… and RESP_MALFORMED. */
export type RdbSource = (take: TakeBytes) => Promise<void>;

/** `-` is standard input. */
export function fromFile(file: string): RdbSource {
  return async (take) => {
    if (file === "-") return await read(process.stdin, undefined, take);
    const handle = await open(file).catch((cause: NodeJS.ErrnoException) => {
      throw unreadable(file, cause);
    });
    try {
      const stat = await handle.stat();
      const totalBytes = stat.isFile() ? stat.size : undefined;
      const stream = createReadStream(file, { fd: handle, autoClose: false, highWaterMark: READ_BYTES });
      await read(stream, totalBytes, take);
    } catch (cause) {
      throw cause instanceof GatewayError ? cause : unreadable(file, cause as NodeJS.ErrnoException);
    } finally {
      await handle.close();
    }
  };
}

/** The login comes from REDIS_USERNAME and REDIS_PASSWORD: what stands on a command line can be seen by everybody on the machine. */
export function fromServer(url: string, env: Environment): RdbSource {
  const parsed = parseRedisUrl(url);
  if (!parsed) {
    throw new GatewayError(
      "CONFIG_INVALID",
      "option '--from' wants redis://host:port or rediss://host:port; the login comes from REDIS_USERNAME and REDIS_PASSWORD",
    );
  }
  const { host, port, tls } = parsed;
  const username = env["REDIS_USERNAME"];
  const password = env["REDIS_PASSWORD"];
  const address: MasterAddress = { host, port, ...(username && { username }), ...(password && { password }), ...(tls && { tls: {} }) };
  return async (take) => {
    // Ctrl-C ends the process, and with it the connection.
    const { signal } = new AbortController();
    const connection = await MasterConnection.open({ address, clock: systemClock }, signal);
    try {
      // Asked for nothing that it may still have, a server answers with all that it has.
      await psync({ connection, address, listeningPort: NO_PORT, resume: undefined }, signal);
      // The connection writes over its chunks.
      const transfer: BulkTransfer = new BulkTransfer((bytes) => take(Buffer.from(bytes), transfer.totalBytes));
      await connection.converse<void>((chunk, done) => {
        const rest = transfer.push(chunk);
        if (rest !== undefined) done(undefined, rest);
      }, signal);
    } finally {
      connection.close();
    }
  };
}

async function read(stream: AsyncIterable<Buffer>, totalBytes: number | undefined, take: TakeBytes): Promise<void> {
  for await (const chunk of stream) {
    take(chunk, totalBytes);
  }
}

function unreadable(file: string, cause: NodeJS.ErrnoException): GatewayError {
  return new GatewayError("CONFIG_INVALID", `${file} cannot be read: ${systemReason(cause)}`, { cause });
}
