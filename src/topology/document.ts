/** The topology's text: YAML (of which JSON is a part), read strictly, and where in it each path stands. */
import { isMap, isNode, isScalar, isSeq, LineCounter, type Node, parseDocument } from "yaml";

export type Path = readonly (string | number)[];

/** One problem in one place; `line:column`, counted from 1. */
export type Problem = { readonly line: number; readonly column: number; readonly path: Path; readonly message: string };

export type TopologyText = {
  readonly value: unknown;
  readonly problems: readonly Problem[];
  /** Where a path stands: its key if it has one, otherwise the nearest thing around it that exists. */
  locate(path: Path): { readonly line: number; readonly column: number };
};

/** More would not help anybody; saying each costs a look at the text. */
const MAX_PROBLEMS = 100;
/** No topology needs a tenth; the parser's time grows with the square of it. */
const MAX_BRACKETS = 100;

export function parseTopologyText(text: string): TopologyText {
  if (openBrackets(text) > MAX_BRACKETS) {
    const message = `more than ${MAX_BRACKETS} brackets stand inside each other: that is no topology`;
    return { value: undefined, problems: [{ line: 1, column: 1, path: [], message }], locate: () => ({ line: 1, column: 1 }) };
  }
  const lineCounter = new LineCounter();
  // The parser's own warnings would go to standard error and quote the file.
  const document = parseDocument(text, {
    lineCounter,
    prettyErrors: false,
    strict: true,
    uniqueKeys: true,
    stringKeys: true,
    logLevel: "error",
  });
  const place = (offset: number) => {
    const { line, col } = lineCounter.linePos(offset);
    return { line: Math.max(1, line), column: Math.max(1, col) };
  };
  const lines = text.split("\n");
  const problems = [...document.errors, ...document.warnings].slice(0, MAX_PROBLEMS).map((error): Problem => {
    const lineText = lines[place(error.pos[0]).line - 1] ?? "";
    // biome-ignore lint/suspicious/noTemplateCurlyInString: this is how a reference is written in the file
    const hint = /[{[].*\$\{/.test(lineText) ? ' (inside { } and [ ], write "${NAME}" with quotes)' : "";
    return { ...place(error.pos[0]), path: [], message: `${withoutText(error.message)}${hint}` };
  });
  return {
    value: problems.length === 0 ? toValue(() => document.toJS({ maxAliasCount: 100 }), problems) : undefined,
    problems,
    locate: (path) => place(offsetOf(document.contents, path)),
  };
}

/** The parser's sentence without what it quotes from the file: that may be a secret in the wrong place. */
function withoutText(message: string): string {
  return message.replace(/(: |Unknown directive |Invalid escape sequence |The )\S[\s\S]*$/, "").trim();
}

/** How deep brackets stand inside each other; those in texts count too, which no topology has many of. */
function openBrackets(text: string): number {
  let depth = 0;
  let deepest = 0;
  for (const [bracket] of text.matchAll(/[[{\]}]/g)) {
    depth = bracket === "[" || bracket === "{" ? depth + 1 : Math.max(0, depth - 1);
    deepest = Math.max(deepest, depth);
  }
  return deepest;
}

function toValue(convert: () => unknown, problems: Problem[]): unknown {
  try {
    return convert();
  } catch (cause) {
    problems.push({ line: 1, column: 1, path: [], message: withoutText(cause instanceof Error ? cause.message : String(cause)) });
    return undefined;
  }
}

function offsetOf(root: Node | null, path: Path): number {
  let node: unknown = root;
  let offset = root?.range?.[0] ?? 0;
  for (const step of path) {
    if (isMap(node)) {
      const pair = node.items.find((item) => isScalar(item.key) && String(item.key.value) === String(step));
      if (!pair) return offset;
      if (isNode(pair.key) && pair.key.range) offset = pair.key.range[0];
      node = pair.value;
    } else if (isSeq(node) && typeof step === "number") {
      node = node.items[step];
      if (isNode(node) && node.range) offset = node.range[0];
    } else {
      return offset;
    }
  }
  return offset;
}
