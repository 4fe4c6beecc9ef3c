/**
 * The topology's declaration: one place gives every setting its type, default, documentation and check.
 * `config/topology.schema.json` is generated from it; what one setting alone cannot show is in `cross-checks.ts`.
 */
import * as z from "zod";
import { LINK_CODECS } from "../link/send/codec-choice.ts";
import { alertsSchema } from "./alerts-schema.ts";
import { bandwidth, duration, gatewayUrl, hostPort, path, REFERENCE, redisUrl, secret, size } from "./setting-types.ts";

/** Region names become parts of stream names, file names and metric labels. */
export const REGION_PATTERN = /^[a-z0-9][a-z0-9-]{0,62}$/;
const certificate = path.describe("PEM file with the certificate (and its chain), relative to this file.");
const key = path.describe("PEM file with the private key, relative to this file.");
const passphrase = secret.optional().describe(`Passphrase of the private key, as ${REFERENCE}.`);
const ca = path.describe("PEM file with the authorities that are trusted, relative to this file.");

export const serverSchema = z.strictObject({
  url: redisUrl.describe("Where the server listens: redis://host:port, or rediss://host:port for TLS."),
  username: z.string().min(1).optional().describe("ACL user; without it the default user."),
  password: secret.optional().describe(`Its password, as ${REFERENCE}.`),
  tls: z
    .strictObject({
      ca: ca.optional(),
      cert: certificate.optional(),
      key: key.optional(),
      passphrase,
      servername: z.string().min(1).optional().describe("Name to expect in the server's certificate; default the URL's host."),
      rejectUnauthorized: z.boolean().prefault(true).describe("false accepts any certificate: for tests only."),
    })
    .optional()
    .describe("TLS settings; giving them, or rediss:// in the URL, turns TLS on."),
});

const retention = z.strictObject({
  bytes: size("1MiB", "1024TiB").prefault("10GiB").describe("Most bytes of one stream's journal; older segments go first, needed or not."),
  age: duration("1s", "3650d").prefault("24h").describe("Segments older than this are dropped once no reader needs them."),
});

const fsync = z.enum(["always", "everysec", "never"]);
const fsyncText = "When written records are forced to disk: always (survives a power cut), everysec, never (leaves it to the system).";

const journal = z.strictObject({
  fsync: fsync.prefault("everysec").describe(fsyncText),
  memory: size("1MiB", "4GiB")
    .prefault("8MiB")
    .describe("Newest records of each stream kept in memory, so that readers who keep up do not read the disk."),
  segment: size("64KiB", "1GiB").prefault("64MiB").describe("Size of one journal file; retention drops whole files."),
  retention: retention.prefault({}).describe("How much of each stream is kept."),
});

const journalOverride = z.strictObject({
  fsync: fsync.optional().describe(fsyncText),
  memory: size("1MiB", "4GiB").optional().describe("As journal.memory."),
  segment: size("64KiB", "1GiB").optional().describe("As journal.segment."),
  retention: z
    .strictObject({
      bytes: size("1MiB", "1024TiB").optional().describe("As journal.retention.bytes."),
      age: duration("1s", "3650d").optional().describe("As journal.retention.age."),
    })
    .optional()
    .describe("As journal.retention."),
});

export const gatewaySchema = z.strictObject({
  listen: hostPort.describe("host:port on which peers' links are accepted."),
  url: gatewayUrl.describe("How the other regions reach it: ws://host:port, or wss://host:port."),
  admin: hostPort.describe("host:port of /healthz, /readyz, /status and /metrics."),
  data: path.describe("Folder of the journal, relative to this file; nobody else may use it."),
  tls: z
    .strictObject({ cert: certificate, key, passphrase, ca })
    .optional()
    .describe("Certificates for links: peers prove who they are by certificates whose name is their region."),
  journal: journalOverride.optional().describe("What differs from the common journal settings here."),
});

export const masterSchema = serverSchema.extend({
  heartbeat: z
    .union([z.literal("off"), duration("100ms", "10m")], { error: "expected off, or a duration from 100ms to 10m, such as 1s" })
    .prefault("1s")
    .describe(
      "How often a PUBLISH on causeway:heartbeat measures the way through the master (T_write); it touches no key. off: lag counts from reading only.",
    ),
  ack: z
    .enum(["local-durable", "remote-durable", "remote-applied"])
    .prefault("local-durable")
    .describe(
      "What the master is acknowledged, and so what its WAIT counts: what is durable in our own journal, or only what another region has durable, or has applied.",
    ),
  bound: z
    .strictObject({
      lag: duration("1s", "1h").describe("Another region may lack what is younger than this."),
      keepalive: duration("1s", "1d")
        .prefault("50s")
        .describe(
          "Once in this time the master is acknowledged all the same, or it would close the connection: less than its repl-timeout.",
        ),
    })
    .optional()
    .describe(
      "With an ack that waits for another region: while that one is further behind, the master is not acknowledged, so that its min-replicas-to-write and min-replicas-max-lag refuse writes.",
    ),
});

const writeSchema = serverSchema.extend({
  expiry: z
    .strictObject({
      guard: duration("0s", "365d")
        .prefault("24h")
        .describe(
          "By how much later than at the origin keys expire here. The origin deletes them in time; this is how late its stream may be without a key being lost that it had prolonged meanwhile. Promotion restores the true expiries. Not needed, and not used, where Valkey's import mode is (8.1 and newer).",
        ),
    })
    .prefault({})
    .describe("Who decides that a key expires."),
  guard: z
    .strictObject({
      shrink: z
        .number({ error: "expected a number from 0 to 1" })
        .min(0)
        .max(1)
        .prefault(0.5)
        .describe(
          "A snapshot that holds less than this share of the keys here waits for a person (causeway resync --accept); 0: none does.",
        ),
      flush: z.boolean().prefault(false).describe("true: FLUSHALL and FLUSHDB of the master wait for a person too."),
    })
    .prefault({})
    .describe("What is not obeyed without a person's word."),
});

const feedSettings = z.strictObject({
  listen: hostPort.describe("host:port on which replicas attach."),
  username: z.string().min(1).optional().describe("Their masteruser; without it the default user."),
  password: secret.optional().describe(`Their masterauth, as ${REFERENCE}.`),
  tls: z
    .strictObject({ cert: certificate, key, passphrase, ca: ca.optional() })
    .optional()
    .describe("Replicas attach by TLS (tls-replication yes); with a ca they show a certificate of it."),
});

/** A bare address is the whole of most feeds. */
const feed = z.preprocess((value) => (typeof value === "string" ? { listen: value } : value), feedSettings);

export const replicaSchema = z
  .strictObject({
    write: writeSchema.optional().describe("A writable Redis or Valkey server that belongs to this stream alone."),
    feed: feed
      .optional()
      .meta({ type: ["string", "object"] as never })
      .describe("Where real replicas attach (REPLICAOF): host:port, or a mapping with listen, username, password and tls."),
    via: z
      .string({ error: "expected the name of a region" })
      .optional()
      .describe("The region whose gateway passes the stream on to this one; without it, it is taken from the origin itself."),
    onDivergence: z
      .enum(["halt", "dead-letter"])
      .prefault("halt")
      .describe(
        "When the server refuses a command that its master accepted: stop the stream, or write the command to the dead-letter file and go on.",
      ),
    onUnsupported: z
      .enum(["halt", "skip"])
      .prefault("halt")
      .describe(
        "When the server cannot hold something because its product, version or modules lack it: stop the stream, or leave that out, say so and go on.",
      ),
    rebuildAbove: size("1MiB", "512MiB")
      .prefault("32MiB")
      .describe("Larger values of a snapshot are built up by commands in pieces, so that the server is not held up by one of them."),
  })
  .refine(({ write, feed }) => (write === undefined) !== (feed === undefined), "expected either write or feed");

const regionSchema = z.strictObject({
  gateway: gatewaySchema.describe("The gateway process of this region."),
  master: masterSchema.optional().describe("The region's own master, whose writes are carried to other regions."),
  replicas: z
    .record(z.string().meta({ pattern: REGION_PATTERN.source }), replicaSchema)
    .prefault({})
    .describe("By origin region: how that region's writes are delivered here."),
});

const codec = z.enum(LINK_CODECS);

export const linkOverrideSchema = z
  .strictObject({
    from: z.string().describe("Origin region."),
    to: z.string().describe("Receiving region, which dials."),
    url: gatewayUrl.optional().describe("How `to` reaches the gateway of `from`, instead of its gateway.url."),
    codec: codec.optional().describe("How records travel on this link, instead of link.codec."),
  })
  .refine(({ url, codec }) => url !== undefined || codec !== undefined, "expected url, codec or both");

export const linkSchema = z.strictObject({
  window: size("256KiB", "1GiB").prefault("64MiB").describe("Most bytes in flight on one link: at least bandwidth × round trip."),
  liveness: duration("500ms", "10m").prefault("5s").describe("A peer that is silent for this long is dropped and dialled again."),
  codec: codec
    .prefault("auto")
    .describe(
      "How records travel. lz4: as they lie in the journal. zstd: packed again, about half as large, for CPU on both sides and up to 20 ms. auto: zstd while a link is short of bandwidth.",
    ),
  snapshots: z
    .strictObject({
      concurrent: z
        .int({ error: "expected a whole number from 1 to 100" })
        .min(1)
        .max(100)
        .prefault(4)
        .describe("How many peers get one at the same time."),
      bandwidth: bandwidth
        .optional()
        .describe("Of all snapshots that a gateway sends together, such as 20MiB/s; without it as fast as the links are."),
    })
    .prefault({})
    .describe("Limits of the snapshots that a gateway sends; records are not slowed down by them."),
  allowPlaintext: z.boolean().prefault(false).describe("true allows ws:// between machines: the data is then readable on the way."),
});

/** Roles contain each other in this order. */
export const ADMIN_ROLES = ["read", "operator"] as const;

const adminClient = z.strictObject({
  role: z.enum(ADMIN_ROLES).describe("read: status and metrics. operator: also what changes something, such as restarting a service."),
  token: secret
    .optional()
    .describe(`Its bearer token, at least 16 characters, as ${REFERENCE}. Without one it shows a certificate with its name (admin.tls).`),
});

export const adminSchema = z.strictObject({
  clients: z
    .record(z.string(), adminClient)
    .prefault({})
    .describe("Who may use the admin ports, by name. Without any they can be read by all who reach them, and change nothing."),
  tls: z.boolean().prefault(false).describe("true: the admin ports speak HTTPS with gateway.tls, and accept clients' certificates."),
  allowOpen: z.boolean().prefault(false).describe("true allows admin ports without clients on addresses that other machines reach."),
  allowPlaintext: z.boolean().prefault(false).describe("true allows tokens over HTTP between machines: they are then readable on the way."),
});

const SHARED_SECRET = `${REFERENCE}, or a list of these`;

export const topologySchema = z
  .strictObject({
    version: z.literal(1, "expected 1").describe("Version of this format: 1."),
    secret: z
      .union([secret, z.array(secret).min(1)], { error: `expected ${SHARED_SECRET}: secrets do not belong into this file` })
      .describe(
        `Shared secret by which gateways recognise each other, at least 16 characters, as ${SHARED_SECRET}: the first is used, all are accepted.`,
      ),
    regions: z
      .record(z.string().meta({ pattern: REGION_PATTERN.source }), regionSchema)
      .describe("Every region by name: lower-case letters, digits and hyphens."),
    links: z.array(linkOverrideSchema).prefault([]).describe("What is different on single links."),
    journal: journal.prefault({}).describe("The durable journal, in every gateway."),
    link: linkSchema.prefault({}).describe("The links between gateways."),
    admin: adminSchema.prefault({}).describe("Who may use the admin ports, and how."),
    alerts: alertsSchema
      .prefault({})
      .describe("Who is told of what, and when. Without it every rule has its default, and alerts are logged."),
    log: z
      .strictObject({ level: z.enum(["debug", "info", "warn", "error"]).prefault("info").describe("Least severe level that is logged.") })
      .prefault({})
      .describe("Logging."),
  })
  .describe("Causeway topology: every region, its gateway, master and replicas. The same file in each region.");

export type TopologySettings = z.output<typeof topologySchema>;
export type GatewaySettings = z.output<typeof gatewaySchema>;
export type ReplicaSettings = z.output<typeof replicaSchema>;
export type FeedSettings = z.output<typeof feedSettings>;
export type MasterSettings = z.output<typeof masterSchema>;
export type ServerSettings = z.output<typeof serverSchema>;
export type AdminSettings = z.output<typeof adminSchema>;
export type JournalSettings = z.output<typeof journal>;

/** The JSON Schema that editors use; also the list of keys that are known at a place. */
export function topologyJsonSchema(): Record<string, unknown> {
  return z.toJSONSchema(topologySchema, { io: "input" });
}
