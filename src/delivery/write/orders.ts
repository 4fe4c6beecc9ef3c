/** What people have ordered of one delivery; it outlives the attempts. */
import type { HistoryId, Offset } from "../../stream/position.ts";

export class DeliveryOrders {
  #promotes = false;
  #question: string | undefined;
  #accepted: string | undefined;
  /** How far the stream goes before its end: what the journal held when the order was first obeyed. */
  end: { readonly history: HistoryId; readonly offset: Offset } | undefined;
  /** The stream has flowed: what a person said at the start about the target is used up, and every guard counts from here on. */
  hasFlowed = false;

  /** The stream shall end at its target, which is promoted: `promotion.ts`. */
  get promotes(): boolean {
    return this.#promotes;
  }

  promote(): void {
    this.#promotes = true;
  }

  /** The order cannot be obeyed. */
  withdraw(): void {
    this.#promotes = false;
    this.end = undefined;
  }

  /** The one thing that delivery does not do without a person's word. */
  get question(): string | undefined {
    return this.#question;
  }

  /** True when a person has said yes to this very thing; otherwise it is what waits. */
  allows(thing: string): boolean {
    if (this.#accepted === thing) return true;
    this.#question = thing;
    return false;
  }

  /** Nothing waits any more. */
  settle(): void {
    this.#question = undefined;
  }

  /** Says yes to what waits; returns what that is. */
  accept(): string | undefined {
    this.#accepted = this.#question;
    this.#question = undefined;
    return this.#accepted;
  }
}
