/** Where a program is that looks at deploy/: what test/deploy/setup.mjs unpacked, then PATH. */
import { accessSync, constants } from "node:fs";
import { delimiter, join } from "node:path";
import { fileURLToPath } from "node:url";

const OURS = fileURLToPath(new URL("tools/node_modules/.bin", import.meta.url));

/** @param {...string} names the first that is there counts @returns {string | undefined} its path */
export function findTool(...names) {
  const folders = [OURS, ...(process.env.PATH ?? "").split(delimiter)];
  return names
    .flatMap((name) => folders.map((folder) => join(folder, name)))
    .find((path) => {
      try {
        accessSync(path, constants.X_OK);
        return true;
      } catch {
        return false;
      }
    });
}
