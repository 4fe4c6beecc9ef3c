/** What a sender has on its way: bounded by the peer's window and by what the socket has not taken. */
import { expect, test } from "vitest";
import type { LinkCodec } from "../../../src/link/send/codec-choice.ts";
import { RecordFrames } from "../../../src/link/send/record-frames.ts";
import { StreamSender } from "../../../src/link/send/sender.ts";
import { SnapshotTurns } from "../../../src/link/send/snapshot-turns.ts";
import type { Outlet } from "../../../src/link/send/stream-outlet.ts";
import { systemClock } from "../../../src/runtime/clock.ts";
import { Notice } from "../../../src/runtime/notice.ts";
import { Offset } from "../../../src/stream/position.ts";
import { encodeRecord } from "../../../src/stream/record.ts";
import type { Frame } from "../../../src/wire/frames.ts";
import { eventually } from "../../support/eventually.ts";
import { quiet, REPLID_A, STREAM } from "../../support/link-pair.ts";
import { MemoryLog } from "../../support/memory-log.ts";
import { Random } from "../../support/random.ts";

/** A socket that takes bytes while it is open. */
class Gate implements Outlet {
  readonly sent: Frame[] = [];
  /** The bounds that were waited for. */
  readonly asked = new Set<number>();
  readonly #opened = new Notice();
  #isOpen: boolean;

  constructor(isOpen: boolean) {
    this.#isOpen = isOpen;
  }

  send(frame: Frame): void {
    this.sent.push(frame);
  }

  async writable(limitBytes: number, signal: AbortSignal): Promise<void> {
    this.asked.add(limitBytes);
    while (!this.#isOpen && !signal.aborted) await this.#opened.wait(signal);
  }

  open(): void {
    this.#isOpen = true;
    this.#opened.wake();
  }

  get kinds(): readonly string[] {
    return [...new Set(this.sent.map(({ kind }) => kind))].toSorted();
  }

  get chunkBytes(): number {
    return this.sent.reduce((sum, frame) => sum + (frame.kind === "snapshot-chunk" ? frame.chunk.length : 0), 0);
  }
}

/** To a peer that has nothing and acknowledges nothing. */
function sending(outlet: Gate, windowBytes: number, chunks: number, codecs: { readonly codec?: LinkCodec; readonly peer?: string[] } = {}) {
  const log = new MemoryLog(STREAM);
  const history = log.begin({ id: "1", replid: REPLID_A, offset: 0n, chunks });
  const stop = new AbortController();
  const snapshots = new SnapshotTurns({ concurrent: 1, bytesPerSecond: undefined }, { clock: systemClock });
  const sender = new StreamSender({
    subscription: { kind: "subscribe", stream: STREAM, held: [], windowBytes, ...(codecs.peer && { codecs: codecs.peer }) },
    ...{
      reader: "peer:eu-west",
      streamLog: log,
      windowBytes,
      outlet,
      snapshots,
      codec: codecs.codec ?? "auto",
      log: quiet,
      clock: systemClock,
      requestSnapshot: () => undefined,
    },
  });
  const running = sender.run(stop.signal);
  return {
    history,
    async [Symbol.asyncDispose]() {
      stop.abort();
      await running;
    },
  };
}

test("BOUNDED: chunks leave an eighth of the window to records, which go while the snapshot waits", async () => {
  const outlet = new Gate(true);
  await using stream = sending(outlet, 2_000, 500);
  await eventually(() => expect(outlet.chunkBytes).toBeGreaterThan(1_600));
  stream.history.writePings(1);
  await eventually(() => expect(outlet.kinds).toContain("records"));
  expect(outlet.chunkBytes).toBeLessThanOrEqual(1_750);
});

test("BOUNDED: while the socket takes nothing neither records nor chunks are handed to it, and chunks leave it room for records", async () => {
  const outlet = new Gate(false);
  await using stream = sending(outlet, 1_000_000, 3);
  stream.history.writePings(1);
  await eventually(() => expect([...outlet.asked].toSorted((a, b) => a - b)).toEqual([512 * 1024, 4 * 1024 * 1024]));
  expect(outlet.kinds).toEqual(["start"]);
  outlet.open();
  await eventually(() => expect(outlet.kinds).toEqual(["records", "snapshot-chunk", "snapshot-end", "start"]));
});

test.each([
  ["a peer that does not say that it unpacks zstd, as older ones", "zstd", undefined, "records"],
  ["a peer that unpacks something else", "zstd", ["brotli"], "records"],
  ["a link of lz4", "lz4", ["zstd"], "records"],
  ["a link that nobody has seen short of bandwidth", "auto", ["zstd"], "records"],
  ["a link of zstd", "zstd", ["zstd"], "packed-records"],
] as const)("to %s (%s)", async (_, codec, peer, kind) => {
  const outlet = new Gate(true);
  await using stream = sending(outlet, 1_000_000, 1, { codec, ...(peer && { peer: [...peer] }) });
  stream.history.append(textRecord(1_000));
  await eventually(() => expect(outlet.kinds).toContain(kind));
  expect(outlet.kinds.filter((one) => one.endsWith("records"))).toEqual([kind]);
});

test("a link of zstd packs what comes within 20 ms together; the first record after a pause goes at once", async () => {
  const nowMs = { value: 1_000 };
  const clock = { nowMs: () => nowMs.value };
  const frames = new RecordFrames({ stream: STREAM, codec: "zstd", peerCodecs: ["zstd"], clock });
  const send = (bytes: number) => {
    expect([...frames.of([textRecord(bytes)])]).toHaveLength(1);
  };
  expect(frames.gatherMs).toBe(0);
  send(1_000);
  expect(frames.gatherMs).toBe(20);
  nowMs.value += 6;
  expect(frames.gatherMs).toBe(14);
  nowMs.value += 14;
  expect(frames.gatherMs).toBe(0);
  send(40_000);
  expect(frames.gatherMs).toBe(0);
});

/** Of `bytes` bytes that zstd packs to about half. */
function textRecord(bytes: number): Buffer {
  const payload = Buffer.from(new Random(1).bytes(bytes / 2).toString("hex"));
  const span = {
    from: Offset.of(0),
    to: Offset.of(payload.length),
    replid: REPLID_A,
    db: 0,
    dbAfter: 0,
    commands: 1,
    readAtMs: 1,
    open: false,
  };
  return encodeRecord(span, payload);
}
