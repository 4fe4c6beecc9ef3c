import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { anchorOf, runbookPage } from "../../src/admin/runbook.ts";
import { RULE_NAMES } from "../../src/alert/rules.ts";
import { ERROR_CODES, GatewayError } from "../../src/errors.ts";

const runbook = readFileSync(new URL("../../deploy/RUNBOOK.md", import.meta.url), "utf8");
const paragraphs = new Map([...runbook.matchAll(/^## (\S+)\n\n([\s\S]*?)(?=\n## |$(?![\s\S]))/gm)].map(([, code, text]) => [code!, text!]));

test("the runbook has a paragraph for every error code, and for no other", () => {
  expect([...paragraphs.keys()].toSorted()).toEqual([...ERROR_CODES].toSorted());
});

test.each(ERROR_CODES)("%s: the paragraph begins with what the gateway does and says enough", (code) => {
  const text = paragraphs.get(code) ?? "";
  expect(text.startsWith(new GatewayError(code, "").disposition)).toBe(true);
  expect(text.length).toBeGreaterThan(150);
});

test("the runbook has a section for every alert, and for no other, each with meaning, first look, decision and commands", () => {
  const sections = new Map(
    [...runbook.matchAll(/^## Alert: (\S+)\n\n([\s\S]*?)(?=\n## |$(?![\s\S]))/gm)].map(([, rule, text]) => [rule!, text!]),
  );
  expect([...sections.keys()].toSorted()).toEqual([...RULE_NAMES].toSorted());
  for (const text of sections.values()) {
    expect(text).toMatch(/^\*\*Meaning\.\*\* [\s\S]+\*\*First look\.\*\* [\s\S]+\*\*Decision\.\*\* [\s\S]+\*\*Commands\.\*\*\s/);
  }
});

test("the page that the gateway serves has an anchor for every alert and code, as links name them, and runs nothing", () => {
  const page = runbookPage()().toString();
  for (const rule of RULE_NAMES) expect(page).toContain(`<h2 id="alert-${rule}">`);
  for (const code of ERROR_CODES) expect(page).toContain(`<h2 id="${code.toLowerCase()}">`);
  const links = [...page.matchAll(/href="#([^"]+)"/g)].map(([, id]) => id!);
  expect(links.filter((id) => !page.includes(`id="${id}"`))).toEqual([]);
  expect(page).not.toMatch(/<script|style=/);
  expect(anchorOf("T_write counts from reading only")).toBe("t_write-counts-from-reading-only");
});
