/**
 * Servers of several versions side by side, without root and without touching the system: DIR/bin/NAME runs one.
 *
 *   node test/support/server-matrix.mjs [DIR] [NAME …]
 *
 * Packages come from the Debian releases that carry those versions: by the apt of this machine, from the archive in its own sources and with
 * its keys, but with lists, cache and state in a folder apart. Of what apt would install, the server and libraries are unpacked under
 * DIR/roots/NAME, and a script starts the server by its own dynamic loader. What is there already stays.
 */
import { spawnSync } from "node:child_process";
import { chmodSync, existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";

const FOLDER = join(homedir(), ".cache/redis-matrix");
/** The release that has each version, and others where it may be when that has moved on. */
const SERVERS = [
  { name: "redis-6.0", releases: ["bullseye"] },
  { name: "redis-7.0", releases: ["bookworm"] },
  { name: "redis-8.0", releases: ["trixie"] },
  { name: "redis-8.6", releases: ["experimental", "sid"] },
  { name: "redict-7.3", releases: ["sid", "testing"] },
  { name: "valkey-8.0", releases: ["bookworm-backports"] },
  { name: "valkey-8.1", releases: ["trixie"] },
  { name: "valkey-9.1", releases: ["sid", "testing"] },
];
const KEYRING = "/usr/share/keyrings/debian-archive-keyring.gpg";
const LIBRARY = /^(lib|lua-|openssl-provider|zlib)/;

export const SERVER_NAMES = SERVERS.map(({ name }) => name);

/**
 * The servers that are wanted, by name; what is missing is built. Says on stderr what it does.
 * @param {{ folder?: string, wanted?: readonly string[] }} options
 * @returns {ReadonlyMap<string, string>} those that could be had
 */
export function serverMatrix({ folder = FOLDER, wanted = SERVER_NAMES } = {}) {
  const found = new Map();
  for (const { name, releases } of SERVERS.filter((server) => wanted.includes(server.name))) {
    const path = join(folder, "bin", name);
    if (!existsSync(path)) {
      const why = releases
        .map((release) => attempt(() => build(folder, name, release)))
        .find((each, index, all) => !each || index === all.length - 1);
      if (why) console.error(`${name} cannot be had: ${why}`);
    }
    if (existsSync(path)) found.set(name, path);
  }
  return found;
}

/** @param {() => void} action */
function attempt(action) {
  try {
    action();
    return undefined;
  } catch (error) {
    return /** @type {Error} */ (error).message;
  }
}

/** @param {string} folder @param {string} name @param {string} release */
function build(folder, name, release) {
  const [product, series] = /** @type {[string, string]} */ (name.split("-"));
  if (existsSync(join(folder, "bin", name))) return;
  console.error(`${name}: from the packages of ${release} …`);
  const apt = new Apt(join(folder, "apt", release), release);
  const packages = apt
    .closure([`${product}-server`, `${product}-tools`], series)
    .filter((each) => LIBRARY.test(each) || each.startsWith(product));
  const root = join(folder, "roots", name);
  const fresh = `${root}.new`;
  rmSync(fresh, { recursive: true, force: true });
  mkdirSync(fresh, { recursive: true });
  for (const file of apt.download(packages)) run("dpkg-deb", ["-x", file, fresh]);
  rmSync(root, { recursive: true, force: true });
  renameSync(fresh, root);
  writeStarter(folder, name, join("usr/bin", `${product}-server`));
}

/** apt with everything of its own but the archive. */
class Apt {
  #folder;
  #config;

  /** @param {string} folder @param {string} release */
  constructor(folder, release) {
    this.#folder = folder;
    this.#config = join(folder, "apt.conf");
    for (const part of ["lists/partial", "archives/partial", "sources"]) mkdirSync(join(folder, part), { recursive: true });
    writeFileSync(join(folder, "status"), "");
    const { uri, keyring } = archive();
    const backported = release.replace(/-backports$/, "");
    const suites = [release, ...(backported === release ? [] : [backported]), ...(release === "experimental" ? ["sid"] : [])];
    const source = `Types: deb\nURIs: ${uri}\nSuites: ${suites.join(" ")}\nComponents: main\nSigned-By: ${keyring}\n`;
    writeFileSync(join(folder, "sources/archive.sources"), source);
    const settings = {
      "Dir::State": folder,
      "Dir::State::lists": join(folder, "lists"),
      "Dir::State::status": join(folder, "status"),
      "Dir::Cache": folder,
      "Dir::Cache::archives": join(folder, "archives"),
      "Dir::Etc::sourcelist": "/dev/null",
      "Dir::Etc::sourceparts": join(folder, "sources"),
      "Dir::Etc::preferences": "/dev/null",
      "Dir::Etc::preferencesparts": "/dev/null",
      "Acquire::Languages": "none",
      "APT::Sandbox::User": process.getuid?.() === 0 ? "root" : "",
    };
    const hooks = ["APT::Update::Post-Invoke", "APT::Update::Post-Invoke-Success", "APT::Update::Pre-Invoke"].map(
      (hook) => `#clear ${hook};`,
    );
    writeFileSync(this.#config, [...hooks, ...Object.entries(settings).map(([key, value]) => `${key} "${value}";`), ""].join("\n"));
    this.#run("apt-get", ["update", "--error-on=any"]);
  }

  /**
   * `name=version` of everything that an empty system would get with these packages in that series.
   * @param {readonly string[]} names @param {string} series
   */
  closure(names, series) {
    const wanted = names.map((name) => {
      const versions = this.#run("apt-cache", ["madison", name])
        .split("\n")
        .map((line) => line.split("|")[1]?.trim() ?? "");
      const version = versions.find((each) => each.replace(/^\d+:/, "").startsWith(`${series}.`));
      if (version === undefined) throw new Error(`the archive has no ${name} ${series}`);
      return `${name}=${version}`;
    });
    const plan = this.#run("apt-get", ["install", "--simulate", "--no-install-recommends", ...wanted]);
    return Array.from(plan.matchAll(/^Inst (\S+) \((\S+) /gm), ([, name, version]) => `${name}=${version}`);
  }

  /** @param {readonly string[]} packages */
  download(packages) {
    const folder = join(this.#folder, "archives");
    for (const file of readdirSync(folder)) if (file.endsWith(".deb")) rmSync(join(folder, file));
    this.#run("apt-get", ["download", ...packages], folder);
    return readdirSync(folder)
      .filter((file) => file.endsWith(".deb"))
      .map((file) => join(folder, file));
  }

  /** @param {string} program @param {readonly string[]} args @param {string} [cwd] */
  #run(program, args, cwd = this.#folder) {
    return run(program, args, { cwd, env: { ...process.env, APT_CONFIG: this.#config, LC_ALL: "C.UTF-8" } });
  }
}

/** The Debian archive in this machine's sources, and the keyring that it names. */
function archive() {
  const format = "$(REPO_URI)|$(SOURCESENTRY)|$(ORIGIN)|$(RELEASE)";
  const lines = run("apt-get", ["indextargets", "--format", format, "Created-By: Packages"])
    .split("\n")
    .map((line) => line.split("|"));
  const found = lines.find(([, , origin, release]) => origin === "Debian" && !release?.includes("security"));
  if (!found) throw new Error("this machine's apt sources name no Debian archive (after apt-get update)");
  const entry = readFileSync((found[1] ?? "").replace(/:\d+$/, ""), "utf8");
  return { uri: found[0] ?? "", keyring: /signed-by[=:]\s*(\/[^\s\],]+)/i.exec(entry)?.[1] ?? KEYRING };
}

/** @param {string} folder @param {string} name @param {string} binary */
function writeStarter(folder, name, binary) {
  const root = join(folder, "roots", name);
  const libraries = ["lib", "usr/lib"].flatMap((path) => {
    if (!existsSync(join(root, path))) return [];
    return readdirSync(join(root, path))
      .filter((each) => each.includes("-linux-gnu"))
      .map((each) => join(path, each));
  });
  const loader = libraries.flatMap((path) =>
    readdirSync(join(root, path))
      .filter((file) => /^ld-(linux|[\d.]+)/.test(file))
      .map((file) => join(path, file)),
  )[0];
  if (loader === undefined) throw new Error("there is no dynamic loader among the packages");
  const paths = libraries.map((path) => `$root/${path}`).join(":");
  const path = join(folder, "bin", name);
  mkdirSync(join(folder, "bin"), { recursive: true });
  writeFileSync(
    path,
    `#!/bin/sh\nroot=$(dirname "$(readlink -f "$0")")/../roots/${name}\nexec "$root/${loader}" --inhibit-cache --library-path "${paths}" "$root/${binary}" "$@"\n`,
  );
  chmodSync(path, 0o755);
  const version = attempt(() => run(path, ["--version"]));
  if (version !== undefined) {
    rmSync(path);
    throw new Error(`the unpacked server does not start: ${version}`);
  }
}

/** @param {string} program @param {readonly string[]} args @param {import("node:child_process").SpawnSyncOptions} [options] */
function run(program, args, options = {}) {
  const { status, stdout, stderr, error } = spawnSync(program, args, { encoding: "utf8", maxBuffer: 64 * 2 ** 20, ...options });
  if (status === 0) return String(stdout);
  const said = `${stderr ?? ""}`.trim().split("\n").at(-1);
  throw new Error(`${program}: ${error?.message ?? said}`);
}

if (process.argv[1] && import.meta.url === pathToFileURL(process.argv[1]).href) {
  const [folder = FOLDER, ...wanted] = process.argv.slice(2);
  for (const [name, path] of serverMatrix({ folder, wanted: wanted.length > 0 ? wanted : SERVER_NAMES })) console.log(`${name} ${path}`);
}
