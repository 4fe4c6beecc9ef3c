/** deploy/RUNBOOK.md as a page of the admin port: every alert links to its section, so that whoever is woken needs no repository. */
import { readFileSync } from "node:fs";
import { Marked } from "marked";
import { installedPath } from "../runtime/installed.ts";

/** The whole page, read now and rendered when it is first asked for. Throws when the file lies in no folder above this one. */
export function runbookPage(): () => Buffer {
  const text = readFileSync(installedPath("deploy/RUNBOOK.md"), "utf8");
  let page: Buffer | undefined;
  return () => {
    page ??= Buffer.from(render(text));
    return page;
  };
}

function render(text: string): string {
  const marked = new Marked();
  const titles: { readonly id: string; readonly title: string; readonly depth: number }[] = [];
  marked.use({
    renderer: {
      heading({ tokens, depth, text }) {
        const id = anchorOf(text);
        const title = this.parser.parseInline(tokens);
        titles.push({ id, title, depth });
        return `<h${depth} id="${id}"><a href="#${id}">${title}</a></h${depth}>\n`;
      },
    },
  });
  const body = marked.parse(text, { async: false });
  const contents = titles.filter(({ depth }) => depth === 2).map(({ id, title }) => `<li><a href="#${id}">${title}</a></li>`);
  return `<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8">
    <meta name="viewport" content="width=device-width, initial-scale=1">
    <meta name="color-scheme" content="light dark">
    <title>Runbook · Causeway</title>
    <link rel="icon" href="page/icon.svg" type="image/svg+xml">
    <link rel="stylesheet" href="page/tokens.css">
    <link rel="stylesheet" href="page/page.css">
    <link rel="stylesheet" href="page/runbook.css">
  </head>
  <body class="runbook">
    <nav aria-label="Sections"><a href="./">This gateway</a><ul>${contents.join("")}</ul></nav>
    <main>${body}</main>
  </body>
</html>
`;
}

/** As GitHub makes them: the same link works where the file is read there. */
export function anchorOf(title: string): string {
  return title
    .toLowerCase()
    .replaceAll(/[^\w\- ]/g, "")
    .replaceAll(" ", "-");
}
