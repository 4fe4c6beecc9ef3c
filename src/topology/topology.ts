/**
 * Reads the topology file: all problems at once, each with its place, or the whole topology. Secrets stay references
 * until `regionView` resolves those of the region that runs.
 */
import { readFileSync } from "node:fs";
import { GatewayError, systemReason } from "../errors.ts";
import { type Checkable, type CheckableRegion, crossCheck } from "./cross-checks.ts";
import { type Path, parseTopologyText, type TopologyText } from "./document.ts";
import { type Complaint, describeIssues } from "./problems.ts";
import {
  adminSchema,
  gatewaySchema,
  linkOverrideSchema,
  linkSchema,
  masterSchema,
  replicaSchema,
  type TopologySettings,
  topologySchema,
} from "./schema.ts";

export type Environment = Readonly<Record<string, string | undefined>>;

export type Topology = {
  /** Path of the file, as given. */
  readonly file: string;
  readonly settings: TopologySettings;
  readonly env: Environment;
  /** The CONFIG_INVALID error that names these problems with their places. */
  readonly refuse: (complaints: readonly Complaint[]) => GatewayError;
};

/** A topology is a page or two; what is larger is some other file. */
const MAX_FILE_BYTES = 256 * 1024;
/** Problems that are said, each with its place. */
const MAX_PROBLEMS = 100;

/** Throws CONFIG_INVALID; its message has one line per problem. */
export function loadTopology(file: string, env: Environment): Topology {
  const text = parseTopologyText(readText(file));
  const refuse = (complaints: readonly Complaint[]) => refusal(file, text, complaints);
  if (text.problems.length > 0) throw refuse([]);
  const result = topologySchema.safeParse(text.value, { reportInput: true });
  const complaints = [...(result.success ? [] : describeIssues(result.error.issues)), ...crossCheck(checkable(text.value))];
  if (!result.success || complaints.length > 0) throw refuse(complaints);
  return { file, settings: result.data, env, refuse };
}

function readText(file: string): string {
  let bytes: Buffer;
  try {
    bytes = readFileSync(file);
  } catch (cause) {
    throw new GatewayError("CONFIG_INVALID", `${file} cannot be read: ${systemReason(cause)}`, { cause });
  }
  if (bytes.length > MAX_FILE_BYTES) throw new GatewayError("CONFIG_INVALID", `${file} is larger than 256 KiB: that is no topology`);
  return bytes.toString("utf8");
}

function refusal(file: string, text: TopologyText, complaints: readonly Complaint[]): GatewayError {
  const said = complaints.slice(0, MAX_PROBLEMS);
  const problems = [...text.problems, ...said.map((complaint) => ({ ...complaint, ...text.locate(complaint.path) }))];
  const lines = problems
    .toSorted((a, b) => a.line - b.line || a.column - b.column)
    .map(({ line, column, path, message }) => `${file}:${line}:${column}: ${path.length > 0 ? `${formatPath(path)}: ` : ""}${message}`);
  return new GatewayError("CONFIG_INVALID", [...new Set(lines)].join("\n"), { details: { problems: problems.length } });
}

/** `regions.us-east.gateway.listen`, `links[0].from`. */
function formatPath(path: Path): string {
  return path.map((step, index) => (typeof step === "number" ? `[${step}]` : `${index > 0 ? "." : ""}${step}`)).join("");
}

/** The parts that are valid by themselves, for the checks that compare parts. */
function checkable(value: unknown): Checkable {
  const root = mapping(value);
  const link = linkSchema.safeParse(root["link"]);
  const overrides = Array.isArray(root["links"]) ? root["links"] : [];
  return {
    regions: new Map(Object.entries(mapping(root["regions"])).map(([name, region]) => [name, checkableRegion(mapping(region))])),
    links: overrides.map((override) => linkOverrideSchema.safeParse(override).data),
    allowPlaintext: link.success ? link.data.allowPlaintext : mapping(root["link"])["allowPlaintext"] === true,
    admin: adminSchema.safeParse(root["admin"] ?? {}).data,
  };
}

function checkableRegion(region: Readonly<Record<string, unknown>>): CheckableRegion {
  const replicas = Object.entries(mapping(region["replicas"]));
  const valid = replicas.flatMap(([origin, replica]) => {
    const result = replicaSchema.safeParse(replica);
    return result.success ? [[origin, result.data] as const] : [];
  });
  return {
    origins: new Map(
      replicas.map(([origin, replica]) => {
        const via = mapping(replica)["via"];
        return [origin, typeof via === "string" ? via : origin];
      }),
    ),
    hasMaster: region["master"] !== undefined,
    gateway: gatewaySchema.safeParse(region["gateway"]).data,
    master: masterSchema.safeParse(region["master"]).data,
    replicas: new Map(valid),
  };
}

function mapping(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value) ? (value as Record<string, unknown>) : {};
}
