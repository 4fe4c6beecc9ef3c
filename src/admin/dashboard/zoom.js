/** The stretch of time that all plots show: the last minutes, which move on, or one that a person has chosen, which stays. */

const SHORTEST_MS = 5_000;

export class Zoom {
  /** Of the stretch that moves on. */
  windowMs = 5 * 60_000;
  /** @type {{ min: number, max: number } | undefined} */
  #chosen;
  #onChange;

  /** @param {() => void} onChange */
  constructor(onChange) {
    this.#onChange = onChange;
  }

  get isFollowing() {
    return this.#chosen === undefined;
  }

  /** @param {number} newestMs */
  range(newestMs) {
    return this.#chosen ?? { min: newestMs - this.windowMs, max: newestMs };
  }

  /** @param {number} windowMs */
  follow(windowMs = this.windowMs) {
    this.windowMs = windowMs;
    this.#chosen = undefined;
    this.#onChange();
  }

  /**
   * @param {number} min
   * @param {number} max
   */
  set(min, max) {
    const missing = Math.max(0, SHORTEST_MS - (max - min)) / 2;
    this.#chosen = { min: min - missing, max: max + missing };
    this.#onChange();
  }

  /**
   * @param {string} name of a key
   * @param {number} newestMs
   * @returns {boolean} whether it means anything here
   */
  key(name, newestMs) {
    const { min, max } = this.range(newestMs);
    const quarter = (max - min) / 4;
    const centre = (min + max) / 2;
    switch (name) {
      case "ArrowLeft":
        this.set(min - quarter, max - quarter);
        return true;
      case "ArrowRight":
        this.set(min + quarter, max + quarter);
        return true;
      case "+":
      case "=":
        this.set(centre - quarter, centre + quarter);
        return true;
      case "-":
        this.set(centre - 4 * quarter, centre + 4 * quarter);
        return true;
      case "0":
      case "Escape":
        this.follow();
        return true;
      default:
        return false;
    }
  }
}
