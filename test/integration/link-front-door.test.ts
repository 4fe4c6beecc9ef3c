/** The link port before it is HTTP: a master's handshake is answered in RESP on a TLS port too, and nobody stands in the door for long. */
import { once } from "node:events";
import { type AddressInfo, connect, type Socket } from "node:net";
import { createServer as createTlsServer } from "node:tls";
import { expect, test } from "vitest";
import { guardDoor } from "../../src/link/connection/front-door.ts";

async function guarded() {
  const stop = new AbortController();
  const server = createTlsServer();
  let masters = 0;
  guardDoor(server, () => masters++, stop.signal);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    stop,
    masters: () => masters,
    dial: (): Socket => connect((server.address() as AddressInfo).port, "127.0.0.1"),
    async [Symbol.asyncDispose]() {
      stop.abort();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

test("a plain handshake on a TLS port is refused in its own words", async () => {
  await using door = await guarded();
  const master = door.dial();
  master.write("*1\r\n$4\r\nPING\r\n");
  expect(String((await once(master, "data"))[0])).toBe("+OK\r\n");
  master.write(`*4\r\n$5\r\nPSYNC\r\n$40\r\n${"a".repeat(40)}\r\n$1\r\n1\r\n$8\r\nFAILOVER\r\n`);
  expect(String((await once(master, "data"))[0])).toMatch(/^-ERR /);
  await once(master, "close");
  expect(door.masters()).toBe(1);
});

test("who says nothing leaves with the server", async () => {
  await using door = await guarded();
  const stranger = door.dial();
  await once(stranger, "connect");
  door.stop.abort();
  await once(stranger, "close");
  expect(door.masters()).toBe(0);
});
