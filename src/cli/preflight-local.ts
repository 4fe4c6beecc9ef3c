/** The data folder on this machine, for `causeway check`. */
import { mkdtemp, open, rm, stat, statfs } from "node:fs/promises";
import { dirname, join } from "node:path";
import { formatBytes } from "../admin/dashboard/format.js";
import type { RegionView } from "../topology/region-view.ts";
import type { Finding } from "./preflight.ts";

/** Writes there, or, while the folder does not exist, where it would be made; removes what it wrote. */
export async function preflightDataFolder(view: RegionView): Promise<readonly Finding[]> {
  const { dataFolder: folder, journal } = view;
  const subject = `data folder ${folder}`;
  try {
    const existing = await nearestExisting(folder);
    if (!(await stat(existing)).isDirectory())
      return [{ level: "failed", subject, message: `${existing} is no folder; choose another gateway.data` }];
    await tryToWrite(existing);
    const { bavail, bsize } = await statfs(existing);
    const freeBytes = bavail * bsize;
    const streams = view.replicas.length + (view.master ? 1 : 0);
    const wantedBytes = journal.retention.bytes * streams;
    const findings: Finding[] = [
      { level: "ok", subject, message: `writable, ${formatBytes(freeBytes)} free${existing === folder ? "" : ", will be created"}` },
    ];
    if (freeBytes < wantedBytes) {
      const message = `retention allows ${formatBytes(wantedBytes)} for ${streams} streams; lower journal.retention.bytes or use a larger disk, or the disk fills up`;
      findings.push({ level: "warning", subject, message });
    }
    return findings;
  } catch (cause) {
    const code = (cause as NodeJS.ErrnoException).code ?? String(cause);
    return [{ level: "failed", subject, message: `is not writable (${code}); give it to the user that runs causeway` }];
  }
}

async function nearestExisting(folder: string): Promise<string> {
  for (let path = folder; ; path = dirname(path)) {
    try {
      await stat(path);
      return path;
    } catch (cause) {
      if ((cause as NodeJS.ErrnoException).code !== "ENOENT" || path === dirname(path)) throw cause;
    }
  }
}

/** Writes and syncs a file in a folder of its own, and removes both: permissions alone do not tell. */
async function tryToWrite(folder: string): Promise<void> {
  const own = await mkdtemp(join(folder, ".causeway-check-"));
  try {
    const file = await open(join(own, "file"), "w");
    try {
      await file.write("x");
      await file.datasync();
    } finally {
      await file.close();
    }
  } finally {
    await rm(own, { recursive: true, force: true });
  }
}
