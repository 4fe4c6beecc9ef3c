/** What happened between us and one peer since start, over all its connections: a link that is down still says why. */
import type { GatewayError } from "../../errors.ts";

export type LinkRecordStats = {
  readonly reconnects: number;
  /** Connections that were refused although we knew, or took ourselves to be, the peer. */
  readonly refusals: number;
  /** Times that another connection of the same region took the link: more than once means two gateways for one region. */
  readonly superseded: number;
  /** Why the last connection ended, and when. */
  readonly lastError: { readonly message: string; readonly atMs: number } | undefined;
};

export class LinkRecord {
  #opened = 0;
  #refusals = 0;
  #superseded = 0;
  #lastError: LinkRecordStats["lastError"];

  opened(): void {
    this.#opened++;
  }

  ended(error: GatewayError, atMs: number): void {
    if (error.code === "LINK_REFUSED") this.#refusals++;
    if (error.code === "LINK_SUPERSEDED") this.#superseded++;
    this.#lastError = { message: error.message, atMs };
  }

  get stats(): LinkRecordStats {
    return {
      reconnects: Math.max(0, this.#opened - 1),
      refusals: this.#refusals,
      superseded: this.#superseded,
      lastError: this.#lastError,
    };
  }
}
