/**
 * What attempts come by again, because the one before them committed less than it had looked at, is counted once: what stands up to where the
 * furthest of them came was counted then.
 */

/** Where something ends in a snapshot or a history, which is named by its id. */
export type Place = { readonly within: string; readonly endsAt: number | bigint };

export class CountedOnce {
  #furthest: Place = { within: "", endsAt: 0 };
  /** What was counted at that very place. */
  readonly #names = new Set<string>();

  /** Each attempt comes by in ascending order. */
  isNew(name: string, place: Place): boolean {
    const isSame = place.within === this.#furthest.within;
    if (isSame && place.endsAt < this.#furthest.endsAt) return false;
    if (!isSame || place.endsAt > this.#furthest.endsAt) {
      this.#furthest = place;
      this.#names.clear();
    }
    if (this.#names.has(name)) return false;
    this.#names.add(name);
    return true;
  }
}
