/**
 * One process per data folder. The holder listens on a unix socket in the folder, which the kernel closes however the
 * process ends. Everybody first shows its own socket under a name of its own and then looks at the others: of two
 * that start together at least one sees the other, so two never hold. A socket that nobody answers is a dead one's.
 */
import { randomBytes } from "node:crypto";
import { type FileHandle, mkdir, open, readdir, rename, rm } from "node:fs/promises";
import { connect, createServer, type Server } from "node:net";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { GatewayError, wrapError } from "../errors.ts";

const NAME = /^lock-[0-9a-f]{16}\.sock$/;
const HOLDS = "h";
const STARTS = "s";
/** A stopped (SIGSTOP) holder accepts but does not answer. */
const ANSWER_MS = 1000;
const POLL_MS = 20;
/** Longest socket path that every system takes, in bytes. */
const MAX_PATH_BYTES = 100;

export type FolderLock = { release(): Promise<void> };

/** Throws JOURNAL_LOCKED when another process holds the folder. */
export async function lockDataFolder(folder: string): Promise<FolderLock> {
  await mkdir(folder, { recursive: true });
  const id = randomBytes(8).toString("hex");
  const name = `lock-${id}.sock`;
  const place = await openPlace(folder);
  let state = STARTS;
  const server = createServer((socket) => {
    socket.on("error", () => undefined);
    socket.end(state);
  });
  const release = async (): Promise<void> => {
    await rm(join(folder, name), { force: true });
    await new Promise((resolve) => server.close(resolve));
    await place.handle?.close();
  };
  try {
    // Shown under its name only once it listens: a socket seen there that refuses is dead.
    await listen(server, join(place.path, `new-${id}`));
    await rename(join(folder, `new-${id}`), join(folder, name));
    await refuseIfHeld(folder, place.path, name);
    state = HOLDS;
    return { release };
  } catch (error) {
    await release();
    throw wrapError("JOURNAL_IO", `${folder} cannot be locked`, error);
  }
}

async function refuseIfHeld(folder: string, path: string, own: string): Promise<void> {
  for (const other of (await readdir(folder)).filter((name) => NAME.test(name) && name !== own)) {
    for (;;) {
      const answer = await ask(join(path, other));
      if (answer === "dead") {
        await rm(join(folder, other), { force: true });
        break;
      }
      // Of two that start together the lower name goes on; the other one steps back by itself.
      if (answer === HOLDS || other < own) throw new GatewayError("JOURNAL_LOCKED", `${folder} is in use by another process`);
      await delay(POLL_MS);
    }
  }
}

function ask(path: string): Promise<string> {
  return new Promise((resolve) => {
    const socket = connect(path);
    const answer = (word: string): void => {
      clearTimeout(timer);
      socket.destroy();
      resolve(word);
    };
    const timer = setTimeout(() => answer(HOLDS), ANSWER_MS);
    socket.on("data", (bytes) => answer(bytes.toString("latin1", 0, 1)));
    socket.on("end", () => answer(HOLDS));
    socket.on("error", (error: NodeJS.ErrnoException) => answer(error.code === "ECONNREFUSED" || error.code === "ENOENT" ? "dead" : HOLDS));
  });
}

function listen(server: Server, path: string): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen(path, () => {
      server.off("error", reject);
      server.unref();
      resolve();
    });
  });
}

/** A path to the folder that is short enough for a socket; Linux gives every open folder one. */
async function openPlace(folder: string): Promise<{ readonly path: string; readonly handle?: FileHandle }> {
  const longest = join(folder, `lock-${"0".repeat(16)}.sock`);
  if (Buffer.byteLength(longest) <= MAX_PATH_BYTES) return { path: folder };
  if (process.platform !== "linux") throw new GatewayError("CONFIG_INVALID", `the data folder's path is too long for a lock: ${folder}`);
  const handle = await open(folder, "r");
  return { path: `/proc/self/fd/${handle.fd}`, handle };
}
