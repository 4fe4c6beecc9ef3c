/** Served from the package of that name. */
export { html, nothing, render, svg, type TemplateResult } from "lit-html";
