// biome-ignore-all lint/suspicious/noTemplateCurlyInString: references to the environment are written like this in the file
import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { GatewayError } from "../../../src/errors.ts";
import { topologyDigest } from "../../../src/topology/digest.ts";
import { regionView } from "../../../src/topology/region-view.ts";
import { loadTopology, type Topology } from "../../../src/topology/topology.ts";

const folder = mkdtempSync(join(tmpdir(), "causeway-topology-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const env = { CAUSEWAY_SECRET: "a secret of sixteen or more", EU_PASSWORD: "swordfish" };

const VALID = `version: 1
secret: \${CAUSEWAY_SECRET}
regions:
  us-east:
    gateway: { listen: 127.0.0.1:7400, url: ws://127.0.0.1:7400, admin: 127.0.0.1:7401, data: ./data/us-east }
    master: { url: redis://127.0.0.1:6379 }
  eu-west:
    gateway: { listen: 127.0.0.1:7410, url: ws://127.0.0.1:7410, admin: 127.0.0.1:7411, data: ./data/eu-west }
    replicas:
      us-east:
        write:
          url: redis://127.0.0.1:6380
          password: \${EU_PASSWORD}
`;

function load(text: string, environment: Readonly<Record<string, string>> = env): Topology {
  const file = join(folder, "topology.yaml");
  writeFileSync(file, text);
  return loadTopology(file, environment);
}

/** The problems of a text, without the file's name: `line:column: path: message`. */
function problems(run: () => unknown): readonly string[] {
  try {
    run();
  } catch (error) {
    if (!(error instanceof GatewayError)) throw error;
    expect(error.code).toBe("CONFIG_INVALID");
    return error.message.split("\n").map((line) => line.replace(`${join(folder, "topology.yaml")}:`, ""));
  }
  return [];
}

/** VALID with one line of it replaced. */
const changed = (from: string, to: string) => {
  expect(VALID).toContain(from);
  return VALID.replace(from, to);
};

test("defaults are filled in and units parsed", () => {
  const view = regionView(load(VALID), "eu-west");
  expect(view.journal).toEqual({
    fsync: "everysec",
    memoryBytes: 8 * 2 ** 20,
    segmentBytes: 64 * 2 ** 20,
    retention: { bytes: 10 * 2 ** 30, ageMs: 86_400_000 },
  });
  expect(view.link).toMatchObject({ windowBytes: 64 * 2 ** 20, livenessMs: 5000, snapshots: { concurrent: 4, bytesPerSecond: undefined } });
  expect(view.logLevel).toBe("info");
  expect(view.dataFolder).toBe(join(folder, "data/eu-west"));
  expect(view.replicas).toEqual([
    {
      origin: "us-east",
      stream: "us-east/0",
      subscribers: [],
      behind: [],
      write: {
        target: { host: "127.0.0.1", port: 6380, password: "swordfish" },
        guardMs: 86_400_000,
        guard: { shrink: 0.5, flush: false },
        onDivergence: "halt",
        onUnsupported: "halt",
        rebuildAboveBytes: 32 * 1024 * 1024,
      },
    },
  ]);
  expect(view.upstreams).toEqual([{ region: "us-east", dial: { host: "127.0.0.1", port: 7400, tls: false }, streams: ["us-east/0"] }]);
  expect(view.master).toBeUndefined();
});

test("each region sees its own part", () => {
  const view = regionView(load(VALID), "us-east");
  expect(view.master).toEqual({ host: "127.0.0.1", port: 6379 });
  expect(view.stream).toBe("us-east/0");
  expect(view.subscribers).toEqual(["eu-west"]);
  expect(view.replicas).toEqual([]);
});

test("a region may override the journal, and a link the URL", () => {
  const text = `${changed("data: ./data/eu-west }", "data: ./data/eu-west, journal: { fsync: always, retention: { age: 1h } } }")}
links: [{ from: us-east, to: eu-west, url: "ws://127.0.0.1:9000" }]
journal: { memory: 32MiB }
`;
  const view = regionView(load(text), "eu-west");
  expect(view.journal).toMatchObject({ fsync: "always", memoryBytes: 32 * 2 ** 20, retention: { bytes: 10 * 2 ** 30, ageMs: 3_600_000 } });
  expect(view.upstreams[0]?.dial).toEqual({ host: "127.0.0.1", port: 9000, tls: false });
});

test("JSON is read as well", () => {
  const gateway = { listen: "127.0.0.1:1", url: "ws://127.0.0.1:1", admin: "127.0.0.1:2", data: "d" };
  const text = JSON.stringify({ version: 1, secret: "$" + "{CAUSEWAY_SECRET}", regions: { a: { gateway } } });
  expect(regionView(load(text), "a").listen.port).toBe(1);
});

describe("one problem, one sentence with its place", () => {
  test.each<[string, string, string]>([
    [
      "an unknown key",
      changed("listen: 127.0.0.1:7410,", "lisen: 127.0.0.1:7410,"),
      "8:16: regions.eu-west.gateway.lisen: unknown key, did you mean listen?",
    ],
    [
      "a missing value",
      changed("    master: { url: redis://127.0.0.1:6379 }", "    master: {}"),
      "6:5: regions.us-east.master.url: is missing, expected redis://host:port or rediss://host:port (user, password and database do not belong into the URL)",
    ],
    [
      "a secret in the file",
      changed("${EU_PASSWORD}", "swordfish"),
      "13:11: regions.eu-west.replicas.us-east.write.password: expected ${NAME} or file:/path: secrets do not belong into this file",
    ],
    [
      "a password in a URL",
      changed("redis://127.0.0.1:6379", "redis://u:pw@127.0.0.1:6379"),
      "6:15: regions.us-east.master.url: expected redis://host:port or rediss://host:port (user, password and database do not belong into the URL)",
    ],
    ["a size without a unit", `${VALID}link: { window: 64 }\n`, "14:9: link.window: expected a size from 256KiB to 1GiB, such as 64MiB"],
    [
      "a bandwidth that is none",
      `${VALID}link: { snapshots: { bandwidth: 20MiB } }\n`,
      "14:22: link.snapshots.bandwidth: expected a bandwidth from 64KiB/s to 1TiB/s, such as 20MiB/s",
    ],
    ["a size out of range", `${VALID}link: { window: 1KiB }\n`, "14:9: link.window: expected a size from 256KiB to 1GiB, such as 64MiB"],
    [
      "a duration",
      `${VALID}link: { liveness: soon }\n`,
      "14:9: link.liveness: expected a duration from 500ms to 10m, such as 250ms, 5s or 24h",
    ],
    ["one of several words", `${VALID}journal: { fsync: sometimes }\n`, "14:12: journal.fsync: expected always or everysec or never"],
    ["another version", changed("version: 1", "version: 2"), "1:1: version: expected 1"],
    [
      "a bad region name",
      changed("  us-east:\n    gateway", "  US:\n    gateway: {}\n  us-east:\n    gateway"),
      "4:3: regions.US: expected a region name of at most 63 lower-case letters, digits and hyphens",
    ],
    [
      "an unknown origin",
      changed("      us-east:\n        write", "      us-eats:\n        write"),
      "10:7: regions.eu-west.replicas.us-eats: expected a region of this file, did you mean us-east?",
    ],
    [
      "a replica of itself",
      changed("      us-east:\n        write", "      eu-west:\n        write"),
      "10:7: regions.eu-west.replicas.eu-west: a region cannot be a replica of itself",
    ],
    [
      "an origin without a master",
      changed("    master: { url: redis://127.0.0.1:6379 }\n", ""),
      "9:7: regions.eu-west.replicas.us-east: region us-east has no master, so there is nothing to deliver",
    ],
    [
      "a target that is a master",
      changed("redis://127.0.0.1:6380", "redis://localhost:6379"),
      "12:11: regions.eu-west.replicas.us-east.write.url: localhost:6379 is already the master of us-east: expected a server of its own",
    ],
    [
      "a data folder inside another",
      changed("./data/eu-west", "data/../data/us-east/inner"),
      "8:89: regions.eu-west.gateway.data: lies inside the data folder of us-east on the same machine",
    ],
    [
      "a data folder around another",
      changed("./data/eu-west", "."),
      "8:89: regions.eu-west.gateway.data: contains the data folder of us-east on the same machine",
    ],
    [
      "a shared data folder",
      changed("./data/eu-west", "data/us-east/"),
      "8:89: regions.eu-west.gateway.data: is already the data folder of us-east on the same machine",
    ],
    [
      "a shared port",
      changed("admin: 127.0.0.1:7411", "admin: 0.0.0.0:7400"),
      "8:66: regions.eu-west.gateway.admin: 0.0.0.0:7400 is already the listen address of us-east",
    ],
    [
      "plaintext between machines",
      changed("url: ws://127.0.0.1:7410", "url: ws://10.0.0.2:7410"),
      "8:40: regions.eu-west.gateway.url: expected wss://: ws:// between machines can be read on the way (link.allowPlaintext: true permits it)",
    ],
    [
      "a link port without TLS that other machines reach",
      changed("listen: 127.0.0.1:7400", "listen: 0.0.0.0:7400"),
      "5:16: regions.us-east.gateway.listen: expected a loopback address, or gateway.tls: links of other machines would be plaintext (link.allowPlaintext: true permits it)",
    ],
    [
      "an admin port for everybody",
      changed("admin: 127.0.0.1:7401", "admin: 0.0.0.0:7401"),
      "5:66: regions.us-east.gateway.admin: expected a loopback address, or admin.clients: whoever reaches this port could read it (admin.allowOpen: true permits it)",
    ],
    [
      "tokens in plaintext",
      `${changed("admin: 127.0.0.1:7401", "admin: 10.0.0.1:7401")}admin: { clients: { p: { role: read, token: "\${T}" } } }\n`,
      "5:66: regions.us-east.gateway.admin: expected a loopback address, or admin.tls: tokens could be read on the way (admin.allowPlaintext: true permits it)",
    ],
    [
      "an admin client without a login",
      `${VALID}admin: { clients: { p: { role: read } } }\n`,
      "14:21: admin.clients.p: expected a token, or admin.tls: true, with which a certificate of this name does",
    ],
    ["HTTPS without certificates", `${VALID}admin: { tls: true }\n`, "8:5: regions.eu-west.gateway: expected tls: admin.tls is true"],
    [
      "a link to nowhere",
      `${VALID}links: [{ from: us-east, to: eu-wets, url: ws://localhost:1 }]\n`,
      "14:26: links[0].to: expected a region of this file, did you mean eu-west?",
    ],
    [
      "a link that nobody subscribes",
      `${VALID}links: [{ from: eu-west, to: us-east, url: ws://localhost:1 }]\n`,
      "14:9: links[0]: us-east takes nothing from eu-west: expected regions.us-east.replicas.eu-west, or a replica via eu-west",
    ],
    ["no region", `version: 1\nsecret: \${CAUSEWAY_SECRET}\nregions: {}\n`, "3:1: regions: expected at least one region"],
  ])("%s", (_, text, expected) => {
    expect(problems(() => load(text)).join("\n")).toContain(expected);
  });
});

test("what is plaintext or open must be allowed in so many words", () => {
  const exposed = VALID.replace("listen: 127.0.0.1:7400", "listen: 0.0.0.0:7400").replace("admin: 127.0.0.1:7401", "admin: 0.0.0.0:7401");
  expect(problems(() => load(exposed))).toHaveLength(2);
  expect(problems(() => load(`${exposed}link: { allowPlaintext: true }\nadmin: { allowOpen: true }\n`))).toEqual([]);
  expect(problems(() => load(`${exposed}link: { allowPlaintext: true }\n`)).join()).toContain("admin.allowOpen: true permits it");
  expect(problems(() => load(`${exposed}admin: { allowOpen: true }\n`)).join()).toContain("link.allowPlaintext: true permits it");
  const dialled = `${VALID}links: [{ from: us-east, to: eu-west, url: "ws://gw.example.com:7400" }]\n`;
  expect(problems(() => load(dialled))).toEqual([expect.stringContaining("links[0].url: expected wss://")]);
  expect(problems(() => load(`${dialled}link: { allowPlaintext: true }\n`))).toEqual([]);
  const withClient = `${exposed}link: { allowPlaintext: true }\nadmin: { CLIENTS, clients: { p: { role: read, token: "\${T}" } } }\n`;
  expect(problems(() => load(withClient.replace("CLIENTS, ", "allowOpen: true, ")))).toHaveLength(1);
  expect(problems(() => load(withClient.replace("CLIENTS", "allowPlaintext: true")))).toEqual([]);
});

test("all problems come at once, in the order of the file, and those between regions beside those of one value", () => {
  const text = changed("version: 1", "version: 7")
    .replace("listen: 127.0.0.1:7410", "listen: here")
    .replace("      us-east:\n        write", "      mars:\n        write");
  const found = problems(() => load(`${text}extra: 1\n`));
  expect(found.map((problem) => problem.replace(/^(\d+):\d+: ([^:]+): .*$/, "$1 $2"))).toEqual([
    "1 version",
    "8 regions.eu-west.gateway.listen",
    "10 regions.eu-west.replicas.mars",
    "14 extra",
  ]);
});

test("two streams may not be delivered into one server", () => {
  const text = `${VALID}  ap-south:
    gateway: { listen: 127.0.0.1:7420, url: ws://127.0.0.1:7420, admin: 127.0.0.1:7421, data: ./data/ap-south }
    replicas: { us-east: { write: { url: "redis://127.0.0.1:6380" } } }
`;
  expect(problems(() => load(text)).join()).toContain("127.0.0.1:6380 is already where eu-west delivers the writes of us-east");
});

test("the same loopback address on different machines is not shared", () => {
  const text = VALID.replace("url: ws://127.0.0.1:7400", "url: ws://a.example.com")
    .replace("url: ws://127.0.0.1:7410", "url: ws://b.example.com")
    .replace("listen: 127.0.0.1:7410", "listen: 127.0.0.1:7400")
    .replace("redis://127.0.0.1:6380", "redis://127.0.0.1:6379");
  expect(problems(() => load(`${text}link: { allowPlaintext: true }\n`))).toEqual([]);
});

test("TLS between gateways needs certificates on both sides, and never falls back to plaintext", () => {
  const tls = "tls: { cert: c, key: k, ca: a }";
  const origin = VALID.replace("url: ws://127.0.0.1:7400,", `url: wss://127.0.0.1:7400, ${tls},`);
  expect(problems(() => load(origin))).toEqual([
    "8:5: regions.eu-west.gateway: expected tls: the gateway of us-east is reached by wss://, which needs certificates",
  ]);
  expect(problems(() => load(VALID.replace("url: ws://127.0.0.1:7410", "url: wss://127.0.0.1:7410")))).toEqual([
    "8:40: regions.eu-west.gateway.url: expected gateway.tls beside it: wss:// needs certificates",
  ]);
  expect(problems(() => load(VALID.replace("url: ws://127.0.0.1:7410", `${tls}, url: ws://127.0.0.1:7410`))).join()).toContain(
    "expected wss://: this gateway has TLS certificates",
  );
  expect(problems(() => load(origin.replace("url: ws://127.0.0.1:7410", `${tls}, url: wss://127.0.0.1:7410`)))).toEqual([]);
});

test("broken YAML, doubled keys and YAML bombs are refused with a place", () => {
  expect(problems(() => load("version: 1\nbad: [\n"))[0]).toMatch(/^3:\d+: /);
  expect(problems(() => load(`${VALID}version: 1\n`))[0]).toMatch(/^14:1: Map keys must be unique/);
  expect(problems(() => load("secret: { password: ${X} }\n")).join()).toContain('write "${NAME}" with quotes');
  const bomb = [
    "a: &a [x,x,x,x,x,x,x,x,x]",
    ..."bcdefgh".split("").map((name, i) => `${name}: &${name} [${Array(9).fill(`*${"abcdefgh"[i]}`).join()}]`),
  ];
  expect(problems(() => load(bomb.join("\n"))).length).toBeGreaterThan(0);
  for (const text of ["", "just text", "[1, 2]", "\u0000"]) expect(problems(() => load(text)).length).toBeGreaterThan(0);
});

test("a missing file is one sentence", () => {
  expect(() => loadTopology(join(folder, "nowhere.yaml"), env)).toThrow(/nowhere.yaml cannot be read: there is no such file/);
});

describe("regionView", () => {
  test("an unknown region names the known ones", () => {
    expect(problems(() => regionView(load(VALID), "eu-wets"))).toEqual([
      `region eu-wets is not in ${join(folder, "topology.yaml")} (known: us-east, eu-west), did you mean eu-west?`,
    ]);
  });

  test("secrets are resolved for the region that runs, and only for it", () => {
    const topology = load(VALID, { CAUSEWAY_SECRET: env.CAUSEWAY_SECRET });
    expect(regionView(topology, "us-east").secret).toBe(env.CAUSEWAY_SECRET);
    expect(problems(() => regionView(topology, "eu-west"))).toEqual([
      "13:11: regions.eu-west.replicas.us-east.write.password: the environment variable EU_PASSWORD is not set",
    ]);
  });

  test("a short secret is refused without being shown", () => {
    const found = problems(() => regionView(load(VALID, { CAUSEWAY_SECRET: "hunter2" }), "us-east"));
    expect(found).toEqual(["2:1: secret: ${CAUSEWAY_SECRET} has less than 16 characters"]);
  });

  test("secrets from files lose their last newline; files that cannot be read are named", () => {
    writeFileSync(join(folder, "secret"), "a secret from a file\n");
    const text = VALID.replace("${CAUSEWAY_SECRET}", "file:secret").replace("${EU_PASSWORD}", "file:/nowhere/password");
    expect(regionView(load(text), "us-east").secret).toBe("a secret from a file");
    expect(problems(() => regionView(load(text), "eu-west"))[0]).toContain("the file /nowhere/password cannot be read (ENOENT)");
  });

  test("several shared secrets: the first is used, the others are accepted", () => {
    const text = VALID.replace("secret: ${CAUSEWAY_SECRET}", 'secret: ["${CAUSEWAY_SECRET}", "${OLD_SECRET}"]');
    const view = regionView(load(text, { ...env, OLD_SECRET: "the secret of last year" }), "us-east");
    expect([view.secret, view.otherSecrets]).toEqual([env.CAUSEWAY_SECRET, ["the secret of last year"]]);
    expect(problems(() => load(VALID.replace("${CAUSEWAY_SECRET}", "hunter2-hunter2-hunter2")))[0]).toContain(
      "expected ${NAME} or file:/path",
    );
    expect(topologyDigest(load(text, { ...env, OLD_SECRET: "x" }))).toBe(topologyDigest(load(VALID)));
  });

  test("files with secrets that others can read are warned of", () => {
    const secret = join(folder, "secret-of-all");
    writeFileSync(secret, "a secret from a file\n");
    const view = () => regionView(load(VALID.replace("${CAUSEWAY_SECRET}", "file:secret-of-all")), "us-east");
    chmodSync(secret, 0o620);
    expect(view().warnings).toEqual([`${secret} is open to other users of this machine (mode 620): chmod 600 it`]);
    chmodSync(secret, 0o600);
    expect(view().warnings).toEqual([]);
  });

  test.runIf(process.getuid?.() === 0)("a group may read what root owns, nobody else", () => {
    const secret = join(folder, "secret-of-root");
    writeFileSync(secret, "a secret from a file\n");
    const view = () => regionView(load(VALID.replace("${CAUSEWAY_SECRET}", "file:secret-of-root")), "us-east");
    chmodSync(secret, 0o640);
    expect(view().warnings).toEqual([]);
    chmodSync(secret, 0o644);
    expect(view().warnings).toHaveLength(1);
    chmodSync(secret, 0o660);
    expect(view().warnings).toHaveLength(1);
  });

  test("certificates that cannot work are refused with their place", () => {
    const fixture = (name: string) => new URL(`../../fixtures/link-tls/${name}`, import.meta.url).pathname;
    const view = (cert: string, key: string, more = "") => {
      const tls = `tls: { cert: ${fixture(cert)}, key: ${fixture(key)}, ca: ${fixture("ca.crt")}${more} }`;
      const text = VALID.replace("url: ws://127.0.0.1:7400", "url: wss://127.0.0.1:7400")
        .replace("./data/us-east }", `./data/us-east, ${tls} }`)
        .replace("data: ./data/eu-west }", `data: ./data/eu-west, ${tls} }`)
        .replace("ws://127.0.0.1:7410", "wss://127.0.0.1:7410");
      return regionView(load(text, { ...env, PASS: "a-passphrase-of-the-fixtures" }), "us-east");
    };
    expect(problems(() => view("us-east.crt", "us-east.key"))).toEqual([]);
    expect(problems(() => view("us-east.crt", "eu-west.key"))[0]).toContain("is not the key of the certificate beside it");
    expect(problems(() => view("us-east.key", "us-east.key"))[0]).toContain("holds no PEM certificate");
    expect(problems(() => view("eu-west.crt", "eu-west.key"))[0]).toContain("does not name region us-east, as peers expect");
    expect(problems(() => view("us-east.crt", "us-east.locked.key"))[0]).toContain(
      "holds no PEM private key, or its passphrase is another",
    );
    expect(view("us-east.crt", "us-east.locked.key", ', passphrase: "${PASS}"').tls).toMatchObject({
      passphrase: "a-passphrase-of-the-fixtures",
    });
  });

  test("certificates are read, and rediss:// alone turns TLS on", () => {
    const authority = readFileSync(new URL("../../fixtures/link-tls/ca.crt", import.meta.url), "utf8");
    writeFileSync(join(folder, "ca.pem"), authority);
    const text = VALID.replace("redis://127.0.0.1:6379 }", "rediss://127.0.0.1:6379 }").replace(
      "redis://127.0.0.1:6380",
      "redis://127.0.0.1:6380\n          tls: { ca: ca.pem, servername: redis }",
    );
    expect(regionView(load(text), "us-east").master?.tls).toEqual({ rejectUnauthorized: true });
    expect(regionView(load(text), "eu-west").replicas[0]?.write?.target.tls).toEqual({
      ca: authority,
      servername: "redis",
      rejectUnauthorized: true,
    });
  });
});

describe("topologyDigest", () => {
  test("does not see order, comments, defaults written out, or secrets", () => {
    const digest = topologyDigest(load(VALID));
    expect(digest).toMatch(/^[0-9a-f]{64}$/);
    expect(topologyDigest(load(`# comment\n${VALID}log: { level: info }\n`))).toBe(digest);
    expect(topologyDigest(load(VALID.replace("${CAUSEWAY_SECRET}", "file:/other").replace("${EU_PASSWORD}", "${OTHER}")))).toBe(digest);
    const links = ["us-east", "ap-south"].map((from) => `{ from: ${from}, to: eu-west, url: "ws://127.0.0.1:9000" }`);
    const withLinks = (order: readonly string[]) => topologyDigest({ settings: { ...load(VALID).settings, links: order as never } });
    expect(withLinks(links.toReversed())).toBe(withLinks(links));
    expect(withLinks(links.slice(1))).not.toBe(withLinks(links));
    const { journal, ...rest } = load(VALID).settings;
    expect(topologyDigest({ settings: { journal, ...rest } })).toBe(digest);
    expect(topologyDigest(load(VALID.replace("7410, url: ws://127.0.0.1:7410", "7419, url: ws://127.0.0.1:7410")))).not.toBe(digest);
  });
});

test("records travel as link.codec says, or as the link's own entry does, which needs no url", () => {
  const codecOf = (yaml: string) => regionView(load(`${VALID}${yaml}`), "us-east").link.codecFor("eu-west");
  expect(codecOf("")).toBe("auto");
  expect(codecOf("link: { codec: zstd }\n")).toBe("zstd");
  expect(codecOf("link: { codec: zstd }\nlinks: [{ from: us-east, to: eu-west, codec: lz4 }]\n")).toBe("lz4");
  expect(problems(() => load(`${VALID}link: { codec: gzip }\n`))).toEqual([expect.stringContaining("link.codec")]);
  expect(problems(() => load(`${VALID}links: [{ from: us-east, to: eu-west }]\n`))).toEqual([
    expect.stringContaining("expected url, codec or both"),
  ]);
});
