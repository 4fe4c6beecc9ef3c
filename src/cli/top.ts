/** `causeway top`: every region and link on one screen, worst first, asked each second. */
import { GatewayError } from "../errors.ts";
import { sleep } from "../runtime/sleep.ts";
import type { Environment } from "../topology/topology.ts";
import { type AdminOptions, chooseEndpoints } from "./admin-client.ts";
import { ExitCode } from "./exit-codes.ts";
import type { RegionAnswer } from "./render-status.ts";
import { renderTop, SORT_KEYS, type SortKey } from "./render-top.ts";
import { type Screen, takeScreen } from "./screen.ts";
import { askAll, showStatus } from "./status.ts";
import type { Terminal } from "./terminal.ts";

export type TopOptions = AdminOptions & { readonly json?: boolean };

const INTERVAL_MS = 1_000;
const QUIT = ["q", "Q", "\u0003", "\u001b"];

/** Throws CONFIG_INVALID where there is no terminal: scripts have `--json`. */
export async function runTop(
  options: TopOptions,
  env: Environment,
  terminal: Terminal,
  take: () => Screen | undefined = takeScreen,
): Promise<number> {
  if (options.json) return showStatus({ ...options, watch: true }, env, terminal);
  const endpoints = chooseEndpoints(options, env, "read");
  const screen = take();
  if (!screen) throw new GatewayError("CONFIG_INVALID", "top needs a terminal; for scripts there is --json, and causeway status");
  const quit = new AbortController();
  let answers: readonly RegionAnswer[] = endpoints.map(({ region }) => ({ region, error: "not asked yet" }));
  let atMs = Date.now();
  let sort: SortKey = SORT_KEYS[0];
  let isPaused = false;
  const draw = () =>
    screen.draw(renderTop({ answers, sort, isPaused, atMs, columns: screen.columns, rows: screen.rows, color: terminal.color }));
  screen.onResize(draw);
  screen.onKey((key) => {
    if (QUIT.includes(key)) quit.abort();
    if (key === "s") sort = SORT_KEYS[(SORT_KEYS.indexOf(sort) + 1) % SORT_KEYS.length]!;
    if (key === " " || key === "p") isPaused = !isPaused;
    draw();
  });
  try {
    while (!quit.signal.aborted) {
      const asked = isPaused ? answers : await askAll(options, endpoints);
      // Paused while it was asked: what stood there stays.
      if (!isPaused) {
        answers = asked;
        atMs = Date.now();
      }
      if (!quit.signal.aborted) draw();
      await sleep(INTERVAL_MS, quit.signal);
    }
  } finally {
    screen.leave();
  }
  return ExitCode.ok;
}
