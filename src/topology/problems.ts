/** What the schema found, in sentences a person can act on. Values are not repeated: they may be secrets in the wrong place. */
import type { z } from "zod";
import type { Path } from "./document.ts";
import { topologyJsonSchema } from "./schema.ts";
import { didYouMean } from "./suggest.ts";

export type Complaint = { readonly path: Path; readonly message: string };

/** The issues must have been made with `reportInput`: it tells a missing value from a wrong one. */
export function describeIssues(issues: readonly z.core.$ZodIssue[]): readonly Complaint[] {
  return issues.flatMap((issue): readonly Complaint[] => {
    const path = issue.path as Path;
    if (issue.code !== "unrecognized_keys") return [{ path, message: describeIssue(issue) }];
    const known = knownKeys(path);
    return issue.keys.map((key) => ({
      path: [...path, key],
      message: `unknown key${didYouMean(key, known) || `, expected ${known.join(", ")}`}`,
    }));
  });
}

function describeIssue(issue: z.core.$ZodIssue): string {
  return issue.input === undefined ? `is missing, ${expected(issue)}` : expected(issue);
}

const NAMES: Readonly<Record<string, string>> = {
  object: "a mapping",
  record: "a mapping",
  array: "a list",
  string: "text",
  boolean: "true or false",
};

function expected(issue: z.core.$ZodIssue): string {
  if (issue.message.startsWith("expected ")) return issue.message;
  if (issue.code === "invalid_type") return `expected ${NAMES[issue.expected] ?? issue.expected}`;
  if (issue.code === "invalid_value") return `expected ${issue.values.map(String).join(" or ")}`;
  return issue.message;
}

/** The keys that the schema knows at a path. */
function knownKeys(path: Path): readonly string[] {
  let node = topologyJsonSchema() as JsonSchema | undefined;
  for (const step of path) node = typeof step === "number" ? node?.items : (node?.properties?.[step] ?? node?.additionalProperties);
  return Object.keys(node?.properties ?? {});
}

type JsonSchema = {
  readonly properties?: Readonly<Record<string, JsonSchema>>;
  readonly additionalProperties?: JsonSchema;
  readonly items?: JsonSchema;
};
