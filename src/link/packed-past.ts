/**
 * What went before on one subscription, packed, as both sides know it: small frames refer to a dictionary made of its end. Nothing of it
 * is stored: every Start begins without one. Both sides take the same steps for each frame: renew the dictionary when the frame counts
 * one more, pack or unpack, remember.
 */
import { openZstd, type Zstd } from "../bytes/zstd.ts";

/** Measured on records of 0.3 to 16 KiB: 16 KiB of the past save as much as 112 KiB and cost a third. Part of the protocol. */
const DICTIONARY_BYTES = 16 * 1024;
/** From here on a dictionary saves less than 1 %. Part of the protocol. */
const LARGE_BYTES = 64 * 1024;
/** The sender renews the dictionary when that many times its own size has passed, which makes the cost of it small beside packing. */
const RENEW_TIMES = 16;
const FIRST_DICTIONARY_BYTES = 2 * 1024;

export class PackedPast {
  #recent: Buffer = Buffer.alloc(0);
  #withoutDictionary: Zstd = openZstd();
  #withDictionary: Zstd = this.#withoutDictionary;
  #dictionaryBytes = 0;
  #bytesSince = 0;
  /** Of the dictionary; 0: none yet. */
  number = 0;

  zstdFor(rawBytes: number): Zstd {
    return rawBytes < LARGE_BYTES ? this.#withDictionary : this.#withoutDictionary;
  }

  get isOld(): boolean {
    return this.#bytesSince >= Math.max(FIRST_DICTIONARY_BYTES, RENEW_TIMES * this.#dictionaryBytes);
  }

  renew(): void {
    this.#withDictionary = openZstd(this.#recent);
    this.#dictionaryBytes = this.#recent.length;
    this.#bytesSince = 0;
    this.number++;
  }

  remember(raw: Buffer): void {
    this.#bytesSince += raw.length;
    const last = raw.subarray(-DICTIONARY_BYTES);
    const keep = Math.max(0, this.#recent.length + last.length - DICTIONARY_BYTES);
    this.#recent = Buffer.concat([this.#recent.subarray(keep), last]);
  }
}
