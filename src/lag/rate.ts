/** Events per second over the last ten seconds, from a total that only grows. Observed about once per second. */

const WINDOW_MS = 10_000;
const MIN_SPACING_MS = 500;

export class Rate {
  readonly #points: { readonly total: number; readonly atMs: number }[] = [];

  observe(total: number, nowMs: number): void {
    const last = this.#points.at(-1);
    if (last && nowMs - last.atMs < MIN_SPACING_MS) return;
    this.#points.push({ total, atMs: nowMs });
    while (this.#points.length > 2 && nowMs - this.#points[1]!.atMs > WINDOW_MS) this.#points.shift();
  }

  /** 0 until something was observed twice. */
  perSecond(total: number, nowMs: number): number {
    const first = this.#points[0];
    if (!first || nowMs - first.atMs < MIN_SPACING_MS) return 0;
    return Math.max(0, ((total - first.total) * 1000) / (nowMs - first.atMs));
  }
}
