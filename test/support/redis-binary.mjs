/** Where redis-server is: REDIS_SERVER, then PATH, then the usual folders. valkey-server is taken where there is no redis-server. */
import { accessSync, constants, realpathSync } from "node:fs";
import { delimiter, join } from "node:path";

const USUAL_FOLDERS = ["/usr/bin", "/usr/local/bin", "/opt/homebrew/bin", "/home/linuxbrew/.linuxbrew/bin"];
const NAMES = ["redis-server", "valkey-server"];

/** @returns {string | undefined} the path; REDIS_SERVER is believed or refused, never replaced by another. */
export function findRedisServer() {
  const named = process.env.REDIS_SERVER;
  if (named) return isExecutable(named) ? named : undefined;
  const folders = [...(process.env.PATH ?? "").split(delimiter).filter(Boolean), ...USUAL_FOLDERS];
  for (const name of NAMES) {
    for (const folder of folders) {
      const path = join(folder, name);
      if (isExecutable(path)) return path;
    }
  }
  return undefined;
}

function isExecutable(path) {
  try {
    accessSync(realpathSync(path), constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
