/**
 * Bounds the sockets of a server that have not shown who they are, without letting a flood lock anybody out (BOUNDED): whoever
 * comes is let in, and one that is there already goes, a random one of the address that holds the most. A flood from elsewhere
 * never costs a peer its place, and one from its own address only sometimes, so that trying again helps.
 */
import type { Server, Socket } from "node:net";

type Address = Pick<Socket, "remoteAddress" | "remotePort">;

export class Crowd {
  readonly #most: number;
  readonly #onEvicted: () => void;
  /** By remote address, then by port. */
  readonly #members = new Map<string, Map<number, Socket>>();
  #size = 0;

  constructor(options: { readonly most: number; readonly onEvicted: () => void }) {
    this.#most = options.most;
    this.#onEvicted = options.onEvicted;
  }

  get size(): number {
    return this.#size;
  }

  /** Counts every connection of `server` from now on. */
  watch(server: Server): void {
    server.on("connection", (socket: Socket) => this.#enter(socket));
  }

  /** The peer behind this address has shown who it is: it is not counted, and not in danger, any more. A TLS socket has the address of the one under it. */
  vouch(socket: Address): void {
    this.#leave(socket.remoteAddress ?? "", socket.remotePort ?? 0);
  }

  #enter(socket: Socket): void {
    const { remoteAddress: address = "", remotePort: port = 0 } = socket;
    // Gone before it was looked at.
    if (address === "") {
      socket.destroy();
      return;
    }
    if (this.#size >= this.#most) this.#evict();
    const neighbours = this.#members.get(address) ?? new Map<number, Socket>();
    this.#members.set(address, neighbours.set(port, socket));
    this.#size++;
    socket.once("close", () => {
      if (this.#members.get(address)?.get(port) === socket) this.#leave(address, port);
    });
  }

  #leave(address: string, port: number): void {
    const neighbours = this.#members.get(address);
    if (!neighbours?.delete(port)) return;
    if (neighbours.size === 0) this.#members.delete(address);
    this.#size--;
  }

  #evict(): void {
    let [busiest, most]: [string, number] = ["", 0];
    for (const [address, { size }] of this.#members) if (size > most) [busiest, most] = [address, size];
    const sockets = [...(this.#members.get(busiest) ?? [])];
    const [port, socket] = sockets[Math.floor(Math.random() * sockets.length)]!;
    this.#leave(busiest, port);
    socket.destroy();
    this.#onEvicted();
  }
}
