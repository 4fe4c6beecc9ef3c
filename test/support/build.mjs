/**
 * `npm run build`: src, test/support and test/demo to dist/, when they changed since the last build.
 * It only translates; types are the business of `npm run check:types`.
 */
import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";

export const ROOT = fileURLToPath(new URL("../../", import.meta.url));
const DIST = join(ROOT, "dist");
const STAMP = join(DIST, ".fingerprint");
const INPUTS = [
  "src",
  "test/support",
  "test/demo",
  "test/bench",
  "test/fault/random",
  "test/matrix",
  "tsconfig.json",
  "config/tools/tsconfig.build.json",
  "package-lock.json",
];

/** Throws an error whose message is one sentence. Returns whether there was anything to do. */
export function build() {
  const wanted = fingerprint();
  if (existsSync(STAMP) && readFileSync(STAMP, "utf8") === wanted) return false;
  const tsc = join(ROOT, "node_modules/typescript/bin/tsc");
  const result = spawnSync(process.execPath, [tsc, "-p", "config/tools/tsconfig.build.json"], { cwd: ROOT, encoding: "utf8" });
  if (result.status !== 0) throw new Error(`The build failed:\n${result.stdout}${result.stderr}`);
  copyAsIs();
  writeFileSync(STAMP, wanted);
  return true;
}

/** The dashboard is served as it is written; what protobufjs made lies beside its .d.ts, which is all that the compiler reads. */
function copyAsIs() {
  for (const path of filesUnder(join(ROOT, "src")).filter((name) => !name.endsWith(".ts"))) {
    const copy = join(DIST, relative(ROOT, path));
    mkdirSync(dirname(copy), { recursive: true });
    cpSync(path, copy);
  }
}

function fingerprint() {
  const hash = createHash("sha256").update(process.version);
  for (const path of INPUTS.map((name) => join(ROOT, name)).flatMap(filesUnder)) {
    const { mtimeMs, size } = statSync(path);
    hash.update(`${path} ${mtimeMs} ${size}\n`);
  }
  return hash.digest("hex");
}

function filesUnder(path) {
  if (!existsSync(path)) return [];
  if (!statSync(path).isDirectory()) return [path];
  return readdirSync(path, { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .sort();
}

if (process.argv[1] && import.meta.url === pathToFileURL(process.argv[1]).href) {
  try {
    build();
  } catch (error) {
    console.error(error.message);
    process.exitCode = 1;
  }
}
