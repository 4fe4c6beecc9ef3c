/** What `npm run test:page` needs beside the rest: a Chromium, from the system's package manager where there is none. */
import { spawnSync } from "node:child_process";
import { findChromium } from "./chromium.mjs";

const INSTALL = `
  export DEBIAN_FRONTEND=noninteractive
  install() { apt-get install -y -qq --no-install-recommends chromium; }
  install || { apt-get update -qq; install; }`;
const TIMEOUT_MS = 15 * 60_000;

if (!findChromium()) {
  console.error("Installing chromium with apt-get …");
  const result = spawnSync("sh", ["-c", INSTALL], { encoding: "utf8", timeout: TIMEOUT_MS, stdio: ["ignore", "pipe", "pipe"] });
  if (!findChromium()) {
    console.error(`${result.stdout ?? ""}${result.stderr ?? ""}`.split("\n").slice(-20).join("\n"));
    console.error(
      "The tests of the page need Chromium: install it (`apt-get install chromium`, as root), or set CHROMIUM=/path/to/chromium.",
    );
    process.exitCode = 1;
  }
}
