/**
 * `npm run build`: src, test/support and test/demo to dist/, when they changed since the last build.
 * It only translates; types are the business of `npm run check:types`.
 * The command is one file, with what it needs of the packages: loading 900 files takes twice the time, at every start and every `causeway status`.
 */
import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
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
export async function build() {
  const wanted = fingerprint();
  const isWhole = existsSync(join(DIST, "src/main.js")) && existsSync(join(DIST, "src/command.js"));
  if (isWhole && existsSync(STAMP) && readFileSync(STAMP, "utf8") === wanted) return false;
  // The compiler writes only what it believes to be missing.
  if (!isWhole) rmSync(DIST, { recursive: true, force: true });
  const tsc = join(ROOT, "node_modules/typescript/bin/tsc");
  if (!existsSync(tsc)) throw new Error("The packages to build with are not installed: `npm install` brings them.");
  const result = spawnSync(process.execPath, [tsc, "-p", "config/tools/tsconfig.build.json"], { cwd: ROOT, encoding: "utf8" });
  if (result.status !== 0) throw new Error(`The build failed:\n${result.stdout}${result.stderr}`);
  await bundleCommand();
  copyAsIs();
  writeFileSync(STAMP, wanted);
  return true;
}

/** In the place of what the compiler made of it. Native addons stay packages: `createRequire` finds them. */
async function bundleCommand() {
  // The compiler's map is of another file, and one of this would be as large as all the rest.
  rmSync(join(DIST, "src/command.js.map"), { force: true });
  // Not before the packages are installed: test/support/setup.mjs imports this file to do that.
  const esbuild = await import("esbuild");
  await esbuild.build({
    absWorkingDir: ROOT,
    entryPoints: ["src/command.ts"],
    outfile: join(DIST, "src/command.js"),
    allowOverwrite: true,
    bundle: true,
    platform: "node",
    target: "node20",
    format: "esm",
    external: ["bufferutil", "utf-8-validate"],
    // Packages in CommonJS ask for Node's own modules by `require`, which a module has not.
    banner: { js: 'import { createRequire as makeRequire } from "node:module";\nconst require = makeRequire(import.meta.url);' },
    logLevel: "error",
  });
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
    await build();
  } catch (error) {
    console.error(error.message);
    process.exitCode = 1;
  }
}
