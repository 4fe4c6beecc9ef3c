/** File operations that finish what they begin: whole writes, whole reads, atomic replacement. */
import { type FileHandle, mkdir, open, rename, rm } from "node:fs/promises";
import { dirname } from "node:path";
import { GatewayError } from "../errors.ts";
import type { OpenFile, WriteNow } from "./context.ts";

/** Writes all of `buffers` at `position`. After an error the bytes from `position` on are undefined: write them again. */
export async function writeFully(file: FileHandle, buffers: readonly Buffer[], position: number): Promise<void> {
  let rest = buffers;
  let at = position;
  while (rest.length > 0) {
    const { bytesWritten } = await file.writev(rest, at);
    if (bytesWritten === 0) throw tookNothing();
    at += bytesWritten;
    rest = withoutFirst(rest, bytesWritten);
  }
}

/** As `writeFully`, without a thread: for what the page cache takes at once. */
export function writeFullyNow(write: WriteNow, file: FileHandle, buffers: readonly Buffer[], position: number): void {
  let rest = buffers;
  let at = position;
  while (rest.length > 0) {
    const bytesWritten = write(file, rest, at);
    if (bytesWritten === 0) throw tookNothing();
    at += bytesWritten;
    rest = withoutFirst(rest, bytesWritten);
  }
}

function tookNothing(): Error {
  return Object.assign(new Error("the disk took no bytes"), { code: "EIO" });
}

function withoutFirst(buffers: readonly Buffer[], bytes: number): readonly Buffer[] {
  let left = bytes;
  let index = 0;
  for (let buffer = buffers[0]; buffer !== undefined && left >= buffer.length; buffer = buffers[++index]) left -= buffer.length;
  const rest = buffers.slice(index);
  if (rest[0] !== undefined && left > 0) rest[0] = rest[0].subarray(left);
  return rest;
}

/** Up to `bytes` from `position`: fewer only where the file ends. */
export async function readFully(
  file: FileHandle,
  position: number,
  bytes: number,
  buffer: Buffer = Buffer.allocUnsafeSlow(bytes),
): Promise<Buffer> {
  let filled = 0;
  while (filled < bytes) {
    const { bytesRead } = await file.read(buffer, filled, bytes - filled, position + filled);
    if (bytesRead === 0) break;
    filled += bytesRead;
  }
  return buffer.subarray(0, filled);
}

/** Makes created, renamed and removed names in a folder survive a power cut. */
export async function syncFolder(path: string): Promise<void> {
  const folder = await open(path, "r");
  try {
    await folder.sync();
  } finally {
    await folder.close();
  }
}

/** Creates the folder, whose parent exists, unless it is there. */
export async function makeFolder(path: string): Promise<void> {
  try {
    await mkdir(path);
  } catch (error) {
    if (errnoOf(error) === "EEXIST") return;
    throw error;
  }
  await syncFolder(dirname(path));
}

/** The file holds either what it held before or all of `text`, whenever the power goes. */
export async function replaceFile(options: { readonly path: string; readonly text: string; readonly openFile: OpenFile }): Promise<void> {
  const temporary = `${options.path}.tmp`;
  const file = await options.openFile(temporary, "w");
  try {
    await writeFully(file, [Buffer.from(options.text)], 0);
    await file.sync();
  } finally {
    await file.close();
  }
  await rename(temporary, options.path);
  await syncFolder(dirname(options.path));
}

/** Removes a folder so that no crash leaves half of it looking alive. */
export async function removeFolder(path: string): Promise<void> {
  const doomed = `${path}.deleted`;
  try {
    await rename(path, doomed);
  } catch (error) {
    if (errnoOf(error) === "ENOENT") return;
    throw error;
  }
  await rm(doomed, { recursive: true, force: true });
}

/** What the system calls the failure; undefined for an error of our own, and for one of Node's that no disk caused. */
export function errnoOf(error: unknown): string | undefined {
  if (!(error instanceof Error) || error instanceof GatewayError || !("code" in error)) return undefined;
  const code = String(error.code);
  return code.startsWith("ERR_") ? undefined : code;
}
