/**
 * A certificate, its key and the authorities, in files that may be renewed while the gateway runs. `texts` is always a set that
 * was whole and fitting when it was read: a renewal that is broken is refused, and the set before it stays.
 */
import { createPrivateKey, X509Certificate } from "node:crypto";
import { readFileSync } from "node:fs";

export type PemName = "cert" | "key" | "ca";
export type PemTexts = Readonly<Partial<Record<PemName, string>>>;
export type PemProblem = { readonly file: PemName; readonly message: string };

export type PemOptions = {
  /** Whose they are, for people: `link`, `master`, `target of us-east`. */
  readonly use: string;
  /** Absolute. */
  readonly paths: Readonly<Partial<Record<PemName, string>>>;
  readonly passphrase?: string | undefined;
  /** What is wrong with our own certificate beyond its form; undefined when nothing is. */
  readonly judge?: ((certificate: X509Certificate) => string | undefined) | undefined;
};

export type Validity = { readonly path: string; readonly fromMs: number; readonly untilMs: number };
export type Renewal = "same" | "renewed" | readonly PemProblem[];

const BLOCK = /-----BEGIN (?:TRUSTED |X509 )?CERTIFICATE-----[\s\S]+?-----END (?:TRUSTED |X509 )?CERTIFICATE-----/g;

export class PemFiles {
  readonly use: string;
  readonly #options: PemOptions;
  readonly #listeners = new Set<() => void>();
  #texts: PemTexts;

  private constructor(options: PemOptions, texts: PemTexts) {
    this.use = options.use;
    this.#options = options;
    this.#texts = texts;
  }

  /** What is wrong with the files is added to `problems`; the set is only fit for use without any. */
  static open(options: PemOptions, problems: PemProblem[]): PemFiles {
    const read = readAll(options);
    problems.push(...read.problems);
    return new PemFiles(options, read.texts);
  }

  /**
   * `settings` for node:tls with the texts beside them, as properties that always answer with the current set: whoever copies
   * the object for a new connection (`{ ...tls }`) gets what is on disk now.
   */
  with<T extends object>(settings: T): T & PemTexts {
    const names = Object.keys(this.#options.paths) as PemName[];
    const current = names.map((name) => [name, { enumerable: true, get: () => this.#texts[name] }] as const);
    return Object.defineProperties({ ...settings }, Object.fromEntries(current));
  }

  /** Looks at the files again. An expired renewal is refused too: what it would replace cannot be worse. */
  renew(nowMs: number): Renewal {
    const { texts, problems } = readAll(this.#options);
    const names = Object.keys(this.#options.paths) as PemName[];
    if (problems.length === 0 && names.every((name) => texts[name] === this.#texts[name])) return "same";
    if (problems.length > 0) return problems;
    const leaf = texts.cert === undefined ? undefined : certificatesIn(texts.cert)[0];
    if (leaf && Date.parse(leaf.validTo) <= nowMs) return [this.#problem("cert", `has expired on ${leaf.validTo}`)];
    if (leaf && Date.parse(leaf.validFrom) > nowMs) return [this.#problem("cert", `is not valid before ${leaf.validFrom}`)];
    this.#texts = texts;
    for (const listener of this.#listeners) listener();
    return "renewed";
  }

  /** `listener` runs after each renewal, until the returned function is called. */
  onRenewal(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** When our own certificate ends, and when the last of the authorities does: after that nobody is trusted. */
  get validities(): readonly Validity[] {
    const { cert, ca } = this.#texts;
    const own = cert === undefined ? [] : certificatesIn(cert).slice(0, 1);
    const authorities = ca === undefined ? [] : certificatesIn(ca);
    const latest = authorities.toSorted((a, b) => Date.parse(b.validTo) - Date.parse(a.validTo)).slice(0, 1);
    return [
      ...own.map((one) => [this.#options.paths.cert!, one] as const),
      ...latest.map((one) => [this.#options.paths.ca!, one] as const),
    ].map(([path, { validFrom, validTo }]) => ({ path, fromMs: Date.parse(validFrom), untilMs: Date.parse(validTo) }));
  }

  #problem(file: PemName, message: string): PemProblem {
    return { file, message: `the file ${this.#options.paths[file]} ${message}` };
  }
}

function readAll({ paths, passphrase, judge }: PemOptions): { readonly texts: PemTexts; readonly problems: readonly PemProblem[] } {
  const texts: Partial<Record<PemName, string>> = {};
  const problems: PemProblem[] = [];
  for (const [name, path] of Object.entries(paths) as [PemName, string][]) {
    try {
      texts[name] = readFileSync(path, "utf8");
      if (texts[name].trim() === "") problems.push({ file: name, message: `the file ${path} is empty` });
    } catch (cause) {
      problems.push({ file: name, message: `the file ${path} cannot be read (${(cause as NodeJS.ErrnoException).code})` });
    }
  }
  return { texts, problems: problems.length > 0 ? problems : formProblems({ texts, paths, passphrase, judge }) };
}

function formProblems({ texts, paths, passphrase, judge }: Omit<PemOptions, "use"> & { readonly texts: PemTexts }): readonly PemProblem[] {
  const problem = (file: PemName, message: string): PemProblem => ({ file, message: `the file ${paths[file]} ${message}` });
  const { cert, key, ca } = texts;
  const leaf = cert === undefined ? undefined : tried(() => certificatesIn(cert)[0]);
  const privateKey =
    key === undefined ? undefined : tried(() => createPrivateKey({ key, ...(passphrase !== undefined && { passphrase }) }));
  const problems: PemProblem[] = [];
  if (cert !== undefined && !leaf) problems.push(problem("cert", "holds no PEM certificate"));
  if (ca !== undefined && !tried(() => certificatesIn(ca)[0])) problems.push(problem("ca", "holds no PEM certificate"));
  // What OpenSSL says about a key is not repeated: nothing of a key belongs into a message.
  if (key !== undefined && !privateKey) problems.push(problem("key", "holds no PEM private key, or its passphrase is another"));
  if (leaf && privateKey && !leaf.checkPrivateKey(privateKey)) problems.push(problem("key", "is not the key of the certificate beside it"));
  const judgement = leaf && judge?.(leaf);
  if (judgement) problems.push(problem("cert", judgement));
  return problems;
}

function certificatesIn(text: string): readonly X509Certificate[] {
  return [...text.matchAll(BLOCK)].map(([block]) => new X509Certificate(block));
}

function tried<T>(parse: () => T): T | undefined {
  try {
    return parse();
  } catch {
    return undefined;
  }
}
