/** Plain text tables: columns as wide as their widest cell, two blanks between, no trailing blanks. Colour only when asked. */

export type Tone = "good" | "warn" | "bad" | "dim" | "plain";
export type Cell = string | { readonly text: string; readonly tone: Tone };

export type Column = { readonly title: string; readonly align?: "left" | "right" };

const ANSI: Readonly<Record<Exclude<Tone, "plain">, string>> = { good: "32", warn: "33", bad: "31", dim: "2" };

/** Control characters come from outside (error messages of servers) and could move the cursor: they are shown as blanks. */
export function printable(text: string): string {
  return text.replaceAll(/\p{Cc}+/gu, " ");
}

export function paint(text: string, tone: Tone, color: boolean): string {
  return color && tone !== "plain" ? `\u001b[${ANSI[tone]}m${text}\u001b[0m` : text;
}

export function renderTable(columns: readonly Column[], rows: readonly (readonly Cell[])[], color: boolean): readonly string[] {
  const cells = [columns.map(({ title }): Cell => ({ text: title, tone: "dim" })), ...rows].map((row) =>
    row.map((cell) =>
      typeof cell === "string" ? { text: printable(cell), tone: "plain" as Tone } : { text: printable(cell.text), tone: cell.tone },
    ),
  );
  const widths = columns.map((_, column) => Math.max(...cells.map((row) => row[column]?.text.length ?? 0)));
  return cells.map((row) =>
    columns
      .map(({ align }, column) => {
        const { text, tone } = row[column] ?? { text: "", tone: "plain" as Tone };
        const blanks = " ".repeat(widths[column]! - text.length);
        if (align === "right") return blanks + paint(text, tone, color);
        const isLast = column === columns.length - 1;
        return paint(text, tone, color) + (isLast ? "" : blanks);
      })
      .join("  ")
      .trimEnd(),
  );
}
