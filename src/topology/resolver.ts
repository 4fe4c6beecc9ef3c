/** Reads what settings refer to (secrets, certificates) and collects every failure; the values themselves appear in no message. */
import { readFileSync, statSync } from "node:fs";
import { dirname, resolve } from "node:path";
import { PemFiles, type PemOptions, type PemProblem } from "../runtime/pem-files.ts";
import type { Path } from "./document.ts";
import type { Complaint } from "./problems.ts";
import type { Topology } from "./topology.ts";

const MIN_SECRET_CHARACTERS = 16;
/** Read, write or execute by anybody but the owner. */
const OTHERS = 0o077;
/** Harmless where root owns the file: that is how systemd, Kubernetes and careful people give a service what it may only read. */
const GROUP_READS = 0o040;

export type PemSettings = { readonly [name in "cert" | "key" | "ca" | "passphrase"]?: string | undefined };

export class Resolver {
  readonly complaints: Complaint[] = [];
  /** What works and should not stay so; one sentence each. */
  readonly warnings: string[] = [];
  readonly certificates: PemFiles[] = [];
  readonly #env: Topology["env"];
  readonly #folder: string;

  constructor(topology: Pick<Topology, "env" | "file">) {
    this.#env = topology.env;
    this.#folder = dirname(resolve(topology.file));
  }

  path(path: string): string {
    return resolve(this.#folder, path);
  }

  secret(reference: string, path: Path): string {
    const name = /^\$\{(.+)\}$/.exec(reference)?.[1];
    const value =
      name === undefined ? this.#secretFile(reference.slice("file:".length), path).replace(/\r?\n$/, "") : (this.#env[name] ?? "");
    if (name !== undefined && value === "") this.complaints.push({ path, message: `the environment variable ${name} is not set` });
    return value;
  }

  /** One that strangers may try to guess. */
  longSecret(reference: string, path: Path): string {
    const secret = this.secret(reference, path);
    if (secret !== "" && secret.length < MIN_SECRET_CHARACTERS) {
      this.complaints.push({ path, message: `${reference} has less than ${MIN_SECRET_CHARACTERS} characters` });
    }
    return secret;
  }

  /** Settings of node:tls that follow the files when these are renewed. */
  tls<T extends object>(use: string, { passphrase: reference, ...files }: PemSettings, path: Path, more: T, judge?: PemOptions["judge"]) {
    const passphrase = reference === undefined ? undefined : this.secret(reference, [...path, "passphrase"]);
    const given = Object.entries(files).filter((entry): entry is [string, string] => entry[1] !== undefined);
    const paths: PemOptions["paths"] = Object.fromEntries(given.map(([name, file]) => [name, this.path(file)]));
    const problems: PemProblem[] = [];
    const pem = PemFiles.open({ use, paths, passphrase, judge }, problems);
    this.complaints.push(...problems.map(({ file, message }) => ({ path: [...path, file], message })));
    if (paths.key !== undefined) this.#warnOfOthers(paths.key);
    if (given.length > 0) this.certificates.push(pem);
    return pem.with({ ...more, ...(passphrase !== undefined && { passphrase }) });
  }

  #secretFile(file: string, path: Path): string {
    try {
      const text = readFileSync(this.path(file), "utf8");
      if (text.trim() === "") this.complaints.push({ path, message: `the file ${file} is empty` });
      this.#warnOfOthers(this.path(file));
      return text;
    } catch (cause) {
      this.complaints.push({ path, message: `the file ${file} cannot be read (${(cause as NodeJS.ErrnoException).code})` });
      return "";
    }
  }

  #warnOfOthers(path: string): void {
    const { mode = 0, uid = 0 } = statSync(path, { throwIfNoEntry: false }) ?? {};
    if (mode & (uid === 0 ? OTHERS & ~GROUP_READS : OTHERS))
      this.warnings.push(`${path} is open to other users of this machine (mode ${(mode & 0o777).toString(8)}): chmod 600 it`);
  }
}
