/** The dashboard in a real headless Chromium: what it says on its console is kept, axe-core judges it. */
import { join } from "node:path";
import axe from "axe-core";
import { type Browser, type BrowserContextOptions, chromium, type Page } from "playwright-core";
import { findChromium } from "./chromium.mjs";

/** No GPU, no profile, and no traffic of its own. */
const ARGS = [
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];

export const DESKTOP = { width: 1280, height: 900 };
export const PHONE = { width: 360, height: 740 };

export class Dashboard implements AsyncDisposable {
  readonly page: Page;
  /** Errors and warnings of the console, and uncaught exceptions. */
  readonly complaints: string[] = [];
  readonly #browser: Browser;

  private constructor(browser: Browser, page: Page) {
    this.#browser = browser;
    this.page = page;
    page.on("console", (message) => {
      if (message.type() === "error" || message.type() === "warning") this.complaints.push(message.text());
    });
    page.on("pageerror", (error) => this.complaints.push(`uncaught: ${error.message}`));
  }

  static async open(url: string, options: BrowserContextOptions = {}): Promise<Dashboard> {
    const executablePath = findChromium();
    if (executablePath === undefined) throw new Error("no Chromium here: run `npm run test:page`");
    const browser = await chromium.launch({ executablePath, args: ARGS });
    const page = await browser.newPage({ viewport: DESKTOP, ...options });
    const dashboard = new Dashboard(browser, page);
    await page.goto(url);
    return dashboard;
  }

  /** Resolves when the text stands on the page, anywhere and visible. */
  async sees(text: string | RegExp, timeoutMs = 15_000): Promise<void> {
    await this.page.getByText(text).first().waitFor({ state: "visible", timeout: timeoutMs });
  }

  /** One sentence for each thing that axe-core finds wrong. */
  async violations(): Promise<readonly string[]> {
    await this.page.evaluate(axe.source);
    const { violations } = (await this.page.evaluate("axe.run()")) as { readonly violations: readonly Violation[] };
    return violations.flatMap(({ id, help, nodes }) => nodes.map(({ html }) => `${id}: ${help}: ${html.slice(0, 200)}`));
  }

  /** Pixels by which the page is wider than its window. */
  async overflow(): Promise<number> {
    return this.page.evaluate("document.documentElement.scrollWidth - window.innerWidth");
  }

  /** With SHOTS=folder a picture is kept there, for people to look at. */
  async shoot(name: string): Promise<void> {
    const folder = process.env["SHOTS"];
    if (folder) await this.page.screenshot({ path: join(folder, `${name}.png`), fullPage: true });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#browser.close();
  }
}

type Violation = { readonly id: string; readonly help: string; readonly nodes: readonly { readonly html: string }[] };
