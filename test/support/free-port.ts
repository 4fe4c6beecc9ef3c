/**
 * Loopback ports that nobody listens on, below the range from which the system takes ports for outgoing connections: a server can be stopped
 * and started again on one without finding it taken. A process takes its ports from blocks that are its own: it listens on the first of each
 * block for as long as it lives, so that no other on this machine, of this run or of another, is given the same, and none stays taken.
 */
import { createServer, type Server } from "node:net";

const FIRST = 12_000;
const LAST = 31_999;
const BLOCK = 100;
const BLOCKS = (LAST + 1 - FIRST) / BLOCK;

/** What is left of this process's newest block. */
let next = 0;
let end = 0;
let claims: Promise<void> = Promise.resolve();

export async function freePort(): Promise<number> {
  for (;;) {
    while (next < end) {
      const port = next++;
      // Somebody who knows nothing of blocks may be there.
      const server = await listen(port);
      if (server === undefined) continue;
      await new Promise((resolve) => server.close(resolve));
      return port;
    }
    // Those who ask at the same time share a block.
    claims = claims.then(async () => {
      if (next >= end) await claimBlock();
    });
    await claims;
  }
}

async function claimBlock(): Promise<void> {
  const start = Math.floor(Math.random() * BLOCKS);
  for (let tried = 0; tried < BLOCKS; tried++) {
    const first = FIRST + ((start + tried) % BLOCKS) * BLOCK;
    const claim = await listen(first);
    if (claim === undefined) continue;
    claim.unref();
    next = first + 1;
    end = first + BLOCK;
    return;
  }
  throw new Error(`every block of ports between ${FIRST} and ${LAST} is taken`);
}

/** Undefined: the port is taken. */
function listen(port: number): Promise<Server | undefined> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once("error", () => resolve(undefined));
    server.listen({ port, host: "127.0.0.1", exclusive: true }, () => resolve(server));
  });
}
