/** How full the file system of a folder is, looked at now and then. */
import { statfs } from "node:fs/promises";

export class DiskSpace {
  readonly #folder: string;
  /** Undefined until it was looked at, and where it cannot be. */
  latest: { readonly freeBytes: number; readonly totalBytes: number } | undefined;

  constructor(folder: string) {
    this.#folder = folder;
  }

  /** Free is what an ordinary user may still write. */
  async look(): Promise<void> {
    try {
      const { bavail, blocks, bsize } = await statfs(this.#folder);
      this.latest = { freeBytes: bavail * bsize, totalBytes: blocks * bsize };
    } catch {
      this.latest = undefined;
    }
  }
}
