/** A line to a master that breaks once, at a chosen place of its next full sync, disk-backed or diskless. */
import { type AddressInfo, connect, createServer, type Server, type Socket } from "node:net";

export const FULL_SYNC_PHASES = [
  "before the header",
  "inside the header",
  "behind the header",
  "inside the body",
  "one byte before the end",
  "right behind the end",
] as const;
export type FullSyncPhase = (typeof FULL_SYNC_PHASES)[number];

/** Of a diskless transfer's mark: held back, so that a cut inside it is still possible when it shows. */
const MARK_BYTES = 40;
const INSIDE_BODY_BYTES = 1_000_000;

export class FullSyncCutter implements AsyncDisposable {
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();
  #phase: FullSyncPhase | undefined;
  #cuts = 0;

  private constructor(server: Server, masterPort: number) {
    this.#server = server;
    server.on("connection", (client) => this.#join(client, connect(masterPort, "127.0.0.1")));
  }

  static async start(masterPort: number): Promise<FullSyncCutter> {
    const server = createServer();
    const cutter = new FullSyncCutter(server, masterPort);
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    return cutter;
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  get cuts(): number {
    return this.#cuts;
  }

  cutNext(phase: FullSyncPhase): void {
    this.#phase = phase;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const socket of this.#sockets) socket.destroy();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  #join(client: Socket, master: Socket): void {
    for (const [socket, other] of [[client, master] as const, [master, client] as const]) {
      this.#sockets.add(socket);
      socket
        .on("error", () => undefined)
        .on("close", () => {
          this.#sockets.delete(socket);
          other.destroySoon();
        });
    }
    client.pipe(master);
    let seen = Buffer.alloc(0);
    let forwarded = 0;
    master.on("data", (chunk) => {
      if (this.#phase === undefined) {
        client.write(Buffer.concat([seen.subarray(forwarded), chunk]));
        seen = Buffer.alloc(0);
        forwarded = 0;
        return;
      }
      seen = Buffer.concat([seen, chunk]);
      const { upTo, cut } = placeOf(this.#phase, seen);
      client.write(seen.subarray(forwarded, upTo));
      forwarded = upTo;
      if (!cut) return;
      this.#phase = undefined;
      this.#cuts++;
      client.end();
      master.destroy();
    });
  }
}

/** How much of what was seen may pass, and whether the line breaks there. */
function placeOf(phase: FullSyncPhase, seen: Buffer): { readonly upTo: number; readonly cut: boolean } {
  const all = { upTo: seen.length, cut: false };
  const reply = seen.indexOf("+FULLRESYNC");
  const header = reply < 0 ? -1 : seen.indexOf("$", reply);
  const body = header < 0 ? -1 : seen.indexOf("\r\n", header) + 2;
  if (reply < 0) return all;
  if (body < 2) return { upTo: reply, cut: false };
  const at = (place: number) => (place <= seen.length ? { upTo: place, cut: true } : all);
  if (phase === "before the header") return at(header);
  if (phase === "inside the header") return at(header + 3);
  if (phase === "behind the header") return at(body);
  if (phase === "inside the body") return at(body + INSIDE_BODY_BYTES);
  const end = endOf(seen, header, body);
  if (end === undefined || end > seen.length) return { upTo: Math.max(body, seen.length - MARK_BYTES), cut: false };
  return at(phase === "right behind the end" ? end : end - 1);
}

function endOf(seen: Buffer, header: number, body: number): number | undefined {
  if (seen.toString("latin1", header, header + 5) !== "$EOF:") return body + Number(seen.toString("latin1", header + 1, body - 2));
  const mark = seen.indexOf(seen.subarray(header + 5, header + 5 + MARK_BYTES), body);
  return mark < 0 ? undefined : mark + MARK_BYTES;
}
