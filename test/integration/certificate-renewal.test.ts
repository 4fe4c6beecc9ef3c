/** Certificates that are renewed on disk: new connections use them, running links go on, broken ones are refused. */
import { copyFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { connect } from "node:tls";
import { fileURLToPath } from "node:url";
import { pino } from "pino";
import { expect, test } from "vitest";
import type { LinkTls } from "../../src/link/connection/opening.ts";
import { CertificateWatch, stateOf } from "../../src/runtime/certificate-watch.ts";
import { systemClock } from "../../src/runtime/clock.ts";
import { PemFiles, type PemProblem } from "../../src/runtime/pem-files.ts";
import { eventually } from "../support/eventually.ts";
import { LinkPair, REPLID_A } from "../support/link-pair.ts";
import { type TempFolder, tempFolder } from "../support/temp-folder.ts";

const fixture = (name: string) => fileURLToPath(new URL(`../fixtures/link-tls/${name}`, import.meta.url));
const DAY_MS = 86_400_000;

/** A region's files, looked after as in a gateway, with what is logged. */
class Renewable implements AsyncDisposable {
  readonly events: { readonly level: string; readonly event: string; readonly msg: string }[] = [];
  readonly watch: CertificateWatch;
  nowMs: () => number = () => systemClock.nowMs();

  readonly folder: TempFolder;
  readonly pem: PemFiles;

  private constructor(folder: TempFolder, pem: PemFiles) {
    this.folder = folder;
    this.pem = pem;
    const log = pino(
      { formatters: { level: (label) => ({ level: label }) } },
      { write: (line) => void this.events.push(JSON.parse(line)) },
    );
    this.watch = new CertificateWatch({ sets: [this.pem], log, clock: { nowMs: () => this.nowMs() } });
  }

  static async of(name: string): Promise<Renewable> {
    const folder = await tempFolder("renewal");
    await put(folder, name, ["crt", "key"]);
    const problems: PemProblem[] = [];
    const paths = { cert: join(folder.path, "crt"), key: join(folder.path, "key"), ca: fixture("ca.crt") };
    const pem = PemFiles.open({ use: "link", paths }, problems);
    expect(problems).toEqual([]);
    return new Renewable(folder, pem);
  }

  replace(name: string, parts: readonly ("crt" | "key")[] = ["crt", "key"]): Promise<void> {
    return put(this.folder, name, parts);
  }

  get tls(): LinkTls {
    return this.pem.with({}) as LinkTls;
  }

  logged(event: string): number {
    return this.events.filter((one) => one.event === event).length;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.folder[Symbol.asyncDispose]();
  }
}

async function put(folder: TempFolder, name: string, parts: readonly ("crt" | "key")[]): Promise<void> {
  for (const part of parts) await copyFile(fixture(`${name}.${part}`), join(folder.path, part));
}

/** Serial number of the certificate that a listener shows. */
async function shownBy(port: number, tls: LinkTls): Promise<string> {
  return await new Promise((resolve, reject) => {
    const socket = connect({ host: "127.0.0.1", port, ...tls, checkServerIdentity: () => undefined }, () => {
      resolve(socket.getPeerCertificate().serialNumber);
      socket.destroy();
    });
    socket.once("error", reject);
  });
}

test("renewed files are used by new connections of both ends, and the running link goes on", async () => {
  await using us = await Renewable.of("us-east");
  await using eu = await Renewable.of("eu-west");
  await using pair = await LinkPair.open({
    listener: { tls: us.tls, onTlsRenewal: (renewed) => us.pem.onRenewal(renewed) },
    dialer: { tls: eu.tls },
  });
  const history = pair.origin.begin({ id: "1", replid: REPLID_A, offset: 0n });
  pair.dial();
  await eventually(() => expect(pair.listener.stats.links).toHaveLength(1));
  const before = await shownBy(pair.port, eu.tls);

  await us.replace("us-east-renewed");
  us.watch.look();
  const after = await shownBy(pair.port, eu.tls);
  expect(after).not.toBe(before);
  expect(us.logged("certificate.renewed")).toBe(1);
  history.writePings(3);
  await eventually(() => expect(pair.peer.current?.tail).toEqual(history.tail));
  expect([pair.dialer.stats.attempts, pair.errors]).toEqual([1, []]);

  // The dialer's own files change under it: its next connection shows what lies there then.
  await eu.replace("us-east");
  eu.watch.look();
  pair.proxy.cut();
  await eventually(() => expect(pair.errors.some(({ code }) => code === "LINK_REFUSED")).toBe(true));
  expect(pair.listener.stats.refusals["certificate"]).toBeGreaterThan(0);
});

test.each([
  ["text that is no certificate", async (us: Renewable) => writeFile(join(us.folder.path, "crt"), "garbage"), "holds no PEM certificate"],
  ["a key of another certificate", async (us: Renewable) => us.replace("eu-west", ["key"]), "is not the key of the certificate beside it"],
  ["an expired certificate", async (us: Renewable) => us.replace("us-east-expired"), "has expired on"],
  ["an empty file", async (us: Renewable) => writeFile(join(us.folder.path, "key"), ""), "is empty"],
])("%s is refused loudly and the old files stay in use", async (_, spoil, said) => {
  await using us = await Renewable.of("us-east");
  const { cert } = us.tls;
  await spoil(us);
  us.watch.look({ patient: false });
  expect(us.tls.cert).toBe(cert);
  expect(us.events).toEqual([
    expect.objectContaining({ level: "error", event: "certificate.refused", msg: expect.stringContaining(said) }),
  ]);
  expect(us.watch.stats[0]?.refused).toContain(said);

  await us.replace("us-east-renewed");
  us.watch.look();
  expect(us.tls.cert).not.toBe(cert);
  expect(us.watch.stats[0]?.refused).toBeUndefined();
});

test("files that are replaced one after the other are no false alarm, and what stays broken is said once", async () => {
  await using us = await Renewable.of("us-east");
  await us.replace("us-east-renewed", ["crt"]);
  us.watch.look();
  expect(us.events).toEqual([]);
  await us.replace("us-east-renewed", ["key"]);
  us.watch.look();
  expect(us.events.map(({ event }) => event)).toEqual(["certificate.renewed"]);
  await us.replace("eu-west", ["key"]);
  for (let looks = 0; looks < 5; looks++) us.watch.look();
  expect(us.logged("certificate.refused")).toBe(1);
});

test("a certificate that expires soon is warned of once a day, and an expired one is an error", async () => {
  await using us = await Renewable.of("us-east");
  const endMs = us.watch.stats[0]!.expiresAtMs;
  const states: string[] = [];
  for (const leftMs of [22 * DAY_MS, 20 * DAY_MS, 19.5 * DAY_MS, 18.9 * DAY_MS, 0]) {
    us.nowMs = () => endMs - leftMs;
    us.watch.look();
    states.push(us.watch.stats[0]!.state);
  }
  expect(states).toEqual(["valid", "expiring", "expiring", "expiring", "expired"]);
  const own = us.events.filter((one) => JSON.stringify(one).includes(us.folder.path));
  expect(own.map(({ level, event }) => `${level} ${event}`)).toEqual([
    "warn certificate.expiring",
    "warn certificate.expiring",
    "error certificate.expired",
  ]);
});

test("of a short life the last quarter is soon", () => {
  const validity = { path: "x", fromMs: 0, untilMs: 24 };
  expect([17, 18, 19, 24].map((nowMs) => stateOf(validity, nowMs))).toEqual(["valid", "valid", "expiring", "expired"]);
});
