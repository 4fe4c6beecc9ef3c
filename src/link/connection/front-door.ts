/**
 * The link port's first look at a connection: who begins with a RESP array is a master whose FAILOVER picked us, and is refused in
 * its own words, on a TLS port too; anybody else goes on to the server. Nobody may stand in the door for long (BOUNDED).
 */
import type { Server, Socket } from "node:net";
import { FailoverRefusal } from "./failover-refusal.ts";

const ARRAY = 0x2a; // *
/** For the first byte, and for all of a master's handshake. */
const DEADLINE_MS = 5_000;

/** `onMaster` is called once for each connection of a master. */
export function guardDoor(server: Server, onMaster: () => void, signal: AbortSignal): void {
  const inside = server.listeners("connection");
  server.removeAllListeners("connection");
  server.on("connection", (socket: Socket) => {
    const leave = () => socket.destroy();
    const late = setTimeout(leave, DEADLINE_MS);
    const pass = () => {
      clearTimeout(late);
      signal.removeEventListener("abort", leave);
      socket.off("close", pass).off("error", ignore);
    };
    signal.addEventListener("abort", leave, { once: true });
    socket.on("close", pass).on("error", ignore);
    socket.once("readable", () => {
      const first = socket.read() as Buffer | null;
      if (first === null) return leave();
      if (first[0] === ARRAY) {
        onMaster();
        return refuse(socket, first);
      }
      pass();
      socket.unshift(first);
      for (const take of inside) take.call(server, socket);
    });
  });
}

function refuse(socket: Socket, first: Buffer): void {
  const refusal = new FailoverRefusal();
  const take = (chunk: Buffer) => {
    const { answer, over } = refusal.push(chunk);
    if (answer !== "") socket.write(answer);
    if (over) socket.end(() => socket.destroy());
  };
  take(first);
  socket.on("data", take);
}

function ignore(): void {
  // "close" follows.
}
