/** Where Chromium is: CHROMIUM, then the usual names. */
import { accessSync, constants } from "node:fs";

const USUAL = ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome", "/snap/bin/chromium"];

/** @returns {string | undefined} */
export function findChromium() {
  return [process.env.CHROMIUM, ...USUAL].find((path) => path && isExecutable(path));
}

function isExecutable(path) {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
