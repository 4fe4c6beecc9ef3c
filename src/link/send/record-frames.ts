/** Records of one subscription as frames: chooses for each group how it travels, and counts what that took and saved. */
import { zstdPackage } from "../../bytes/zstd.ts";
import type { Clock } from "../../runtime/clock.ts";
import type { StreamId } from "../../stream/position.ts";
import { type PackedRecordsFrame, type RecordFrame, totalBytes } from "../../wire/frames.ts";
import { noPacking, type PackingStats } from "../stats.ts";
import { isWorthPacking, type LinkCodec, type PackingCost } from "./codec-choice.ts";
import { LinkMeter } from "./link-meter.ts";
import { packable, RecordPacker } from "./packing.ts";

/** What is taken for true before the first group was packed, and again when the last is long ago: data and machines change. */
const ASSUMED = { ratio: 0.6, msPerByte: 1e-5 };
const REMEMBERED_MS = 10_000;
/** Over which the share of a core is counted. */
const SHARE_MS = 1_000;
/**
 * Between two frames of a link that always packs, which is one that is paid by the byte; the first record after a pause goes at once.
 * Measured on 10,000 of the mix a second: 3 % fewer bytes than with 10 ms.
 */
const GATHER_MS = 20;
/** Of records in the journal; more of them together are hardly packed any better. */
const ENOUGH_BYTES = 16 * 1024;
/** How much the newest group counts. */
const WEIGHT = 0.2;

export type RecordFramesOptions = {
  readonly stream: StreamId;
  readonly codec: LinkCodec;
  /** What the peer can unpack. */
  readonly peerCodecs: readonly string[];
  readonly clock: Clock;
};

export class RecordFrames {
  readonly #stream: StreamId;
  readonly #clock: Clock;
  readonly #mode: LinkCodec;
  readonly #meter = new LinkMeter();
  readonly #totals = noPacking();
  #packer: RecordPacker | undefined;
  #cost: Omit<PackingCost, "coreShare"> = ASSUMED;
  #packedAtMs = Number.NEGATIVE_INFINITY;
  #coreShare = 0;
  #shareSinceMs = 0;
  #spentMs = 0;
  #lastBytes = 0;
  #sentAtMs = 0;

  constructor({ stream, codec, peerCodecs, clock }: RecordFramesOptions) {
    this.#stream = stream;
    this.#clock = clock;
    this.#totals.peerLacksZstd = codec === "zstd" && !peerCodecs.includes("zstd");
    this.#mode = zstdPackage !== undefined && peerCodecs.includes("zstd") ? codec : "lz4";
  }

  /** A Start goes to the peer, which forgets what went before. */
  begin(): void {
    this.#packer = undefined;
  }

  /** Credit that came back, in all. */
  consumed(bytes: number): void {
    if (this.#mode !== "lz4") this.#meter.consumed(bytes, this.#clock.nowMs());
  }

  /** The frames must go to the socket as they come. */
  *of(records: readonly Buffer[]): Generator<RecordFrame> {
    const nowMs = this.#clock.nowMs();
    if (this.#mayPack(nowMs)) for (const group of packable(records)) yield this.#choose(group);
    else yield this.#asTheyLie(records, nowMs);
  }

  /** How long more records are to be waited for, so that they are packed together; only where bytes count more than time. */
  get gatherMs(): number {
    if (this.#totals.codec === "lz4" || this.#mode !== "zstd" || this.#lastBytes >= ENOUGH_BYTES) return 0;
    return Math.max(0, this.#sentAtMs + GATHER_MS - this.#clock.nowMs());
  }

  /** Of all that was packed, since the subscription began. */
  get stats(): PackingStats {
    return { ...this.#totals };
  }

  /** Without a link that limits nobody needs to know how large the records are when unpacked. */
  #mayPack(nowMs: number): boolean {
    return this.#mode === "zstd" || (this.#mode === "auto" && this.#meter.view(nowMs).bandwidth !== undefined);
  }

  #choose(records: readonly Buffer[]): RecordFrame {
    const recordBytes = totalBytes(records);
    const beganAtMs = this.#clock.nowMs();
    const isWorth = this.#mode === "zstd" || isWorthPacking(recordBytes, this.#meter.view(beganAtMs), this.#costAt(beganAtMs));
    const packed = isWorth ? this.#pack(records, recordBytes, beganAtMs) : undefined;
    if (packed === undefined) return this.#asTheyLie(records, beganAtMs);
    this.#sent("zstd", packed.packed.length, recordBytes, beganAtMs);
    return packed;
  }

  #asTheyLie(records: readonly Buffer[], nowMs: number): RecordFrame {
    const bytes = totalBytes(records);
    this.#sent("lz4", bytes, bytes, nowMs);
    return { kind: "records", stream: this.#stream, records };
  }

  #sent(codec: "lz4" | "zstd", wireBytes: number, recordBytes: number, nowMs: number): void {
    this.#totals.codec = codec;
    this.#lastBytes = recordBytes;
    this.#sentAtMs = nowMs;
    if (this.#mode !== "lz4") this.#meter.sent(wireBytes, recordBytes, nowMs);
  }

  #pack(records: readonly Buffer[], recordBytes: number, beganAtMs: number): PackedRecordsFrame | undefined {
    this.#packer ??= new RecordPacker(this.#stream);
    const frame = this.#packer.pack(records);
    const endedAtMs = this.#clock.nowMs();
    const tookMs = endedAtMs - beganAtMs;
    this.#totals.cpuMs += tookMs;
    this.#spentMs += tookMs;
    this.#learn({ ratio: frame ? frame.packed.length / recordBytes : 1, msPerByte: tookMs / recordBytes }, endedAtMs);
    if (frame === undefined) return undefined;
    this.#totals.records += records.length;
    this.#totals.recordBytes += recordBytes;
    this.#totals.packedBytes += frame.packed.length;
    return frame;
  }

  #learn({ ratio, msPerByte }: Omit<PackingCost, "coreShare">, nowMs: number): void {
    const isFirst = nowMs - this.#packedAtMs >= REMEMBERED_MS;
    const mix = (before: number, now: number) => (isFirst ? now : before + WEIGHT * (now - before));
    this.#cost = { ratio: mix(this.#cost.ratio, ratio), msPerByte: mix(this.#cost.msPerByte, msPerByte) };
    this.#packedAtMs = nowMs;
  }

  #costAt(nowMs: number): PackingCost {
    const elapsedMs = nowMs - this.#shareSinceMs;
    if (elapsedMs >= SHARE_MS) {
      this.#coreShare = this.#spentMs / elapsedMs;
      this.#shareSinceMs = nowMs;
      this.#spentMs = 0;
    }
    const cost = nowMs - this.#packedAtMs < REMEMBERED_MS ? this.#cost : ASSUMED;
    return { ...cost, coreShare: Math.max(this.#coreShare, this.#spentMs / SHARE_MS) };
  }
}
