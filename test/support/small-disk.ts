/** A small file system of its own for a gateway's data folder. Mounting needs root on Linux; elsewhere such tests do not run. */
import { execFileSync } from "node:child_process";
import { appendFileSync, mkdirSync, rmSync, statfsSync, writeFileSync } from "node:fs";
import { join } from "node:path";

/** What a page or an open file may still take. */
const SPARE_BYTES = 64 * 1024;

export function canMount(): boolean {
  if (process.getuid?.() !== 0 || process.platform !== "linux") return false;
  const probe = join("/tmp", `causeway-mount-probe-${process.pid}`);
  mkdirSync(probe);
  try {
    execFileSync("mount", ["-t", "tmpfs", "-o", "size=1m", "tmpfs", probe], { stdio: "ignore" });
    execFileSync("umount", [probe], { stdio: "ignore" });
    return true;
  } catch {
    return false;
  } finally {
    rmSync(probe, { recursive: true, force: true });
  }
}

export class SmallDisk implements Disposable {
  readonly path: string;
  readonly #ballast: string;

  constructor(path: string, bytes: number) {
    this.path = path;
    this.#ballast = join(path, "ballast");
    mkdirSync(path, { recursive: true });
    execFileSync("mount", ["-t", "tmpfs", "-o", `size=${bytes}`, "tmpfs", path]);
  }

  /** Leaves next to nothing free. */
  fill(): void {
    const { bavail, bsize } = statfsSync(this.path);
    writeFileSync(this.#ballast, Buffer.alloc(Math.max(0, bavail * bsize - SPARE_BYTES), 1));
  }

  fillToTheLastByte(): void {
    const { bavail, bsize } = statfsSync(this.path);
    appendFileSync(this.#ballast, Buffer.alloc(bavail * bsize, 1));
  }

  free(): void {
    rmSync(this.#ballast, { force: true });
  }

  /** Whoever used it must have ended; what is still open goes with its process. */
  [Symbol.dispose](): void {
    execFileSync("umount", ["--lazy", this.path]);
  }
}
