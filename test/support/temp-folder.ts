/** A folder under the system's temporary folder, removed at the end of its scope or of the process. */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { reapFolder } from "./reaper.ts";

export type TempFolder = AsyncDisposable & { readonly path: string };

export async function tempFolder(name = "test"): Promise<TempFolder> {
  const path = await mkdtemp(join(tmpdir(), `causeway-${name}-`));
  reapFolder(path);
  return { path, [Symbol.asyncDispose]: () => rm(path, { recursive: true, force: true, maxRetries: 3 }) };
}
