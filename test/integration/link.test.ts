import { describe, expect, test } from "vitest";
import { Offset, StreamId } from "../../src/stream/position.ts";
import { decodePayload, decodeRecordHeader, encodeRecord } from "../../src/stream/record.ts";
import { encodeChunk } from "../../src/stream/snapshot-chunk.ts";
import { eventually } from "../support/eventually.ts";
import { LinkPair, REPLID_A, REPLID_B, STREAM } from "../support/link-pair.ts";
import { MemoryLog } from "../support/memory-log.ts";
import { Random } from "../support/random.ts";

const PING_BYTES = 14n;

function bytesOf(log: MemoryLog): string {
  return Buffer.concat(log.current?.records ?? []).toString("hex");
}

function chunksOf(log: MemoryLog): string {
  return Buffer.concat(log.current?.snapshot?.stored ?? []).toString("hex");
}

async function equal(pair: LinkPair): Promise<void> {
  await eventually(() => {
    expect(pair.peer.current?.tail).toEqual(pair.origin.current?.tail);
    expect(pair.peer.current?.id).toBe(pair.origin.current?.id);
  });
}

describe("a link", () => {
  test("brings a new peer the snapshot and then the records, and returns what the peer has", async () => {
    await using pair = await LinkPair.open();
    const history = pair.origin.begin({ id: "1", replid: REPLID_A, offset: 100n, chunks: 40 });
    history.writePings(3);
    pair.dial();
    await equal(pair);
    for (let count = 1; count <= 50; count++) history.writePings(count);
    await equal(pair);
    expect(bytesOf(pair.peer)).toBe(bytesOf(pair.origin));
    expect(chunksOf(pair.peer)).toBe(chunksOf(pair.origin));
    pair.peer.markApplied({ history: history.id, offset: (history.tail.offset - PING_BYTES) as Offset });
    await eventually(() => {
      const ack = pair.acks.at(-1);
      expect(ack).toMatchObject({ peer: "eu-west", stream: STREAM, history: history.id });
      expect(ack?.durable).toEqual({ offset: history.tail.offset, atMs: 2000 });
      expect(ack?.applied).toEqual({ offset: history.tail.offset - PING_BYTES, atMs: 3000 });
      expect(ack?.clock?.errorMs).toBeGreaterThanOrEqual(0);
      expect(pair.origin.retained.get("peer:eu-west")).toEqual({ history: history.id, offset: history.tail.offset });
    });
    const [link] = pair.listener.stats.links;
    expect(link).toMatchObject({ peer: "eu-west", phase: "open", sameTopology: true });
    expect(link?.streams[0]).toMatchObject({ phase: "streaming", sentOffset: history.tail.offset, starts: 1, windowUsedBytes: 0 });
    expect(pair.dialer.stats).toMatchObject({ peer: "us-east", phase: "open", reconnects: 0, refusals: 0 });
    expect(pair.dialer.stats.streams[0]).toMatchObject({ phase: "streaming", receivedOffset: history.tail.offset, chunks: 40 });
  });

  test("of zstd brings the same records, also after cuts at any byte, and says what that took and saved", async () => {
    const random = new Random(11);
    await using pair = await LinkPair.open({
      listener: { codecFor: () => "zstd" },
      cutAfter: (connection) => (connection < 12 ? 500 + random.between(0, 4_000) : undefined),
    });
    const history = pair.origin.begin({ id: "1", replid: REPLID_A, offset: 0n });
    pair.dial();
    for (let count = 0; count < 400; count++) {
      const command = `*2\r\n$4\r\nPING\r\n$100\r\n${random.bytes(50).toString("hex")}\r\n`;
      const payload = Buffer.from(command.repeat(random.between(1, 4)));
      const { offset: from, replid, db } = history.tail;
      const to = Offset.plus(from, payload.length);
      history.append(encodeRecord({ from, to, replid, db, dbAfter: db, commands: 1, readAtMs: 1, open: false }, payload));
      if (count % 40 === 0) await eventually(() => expect(pair.peer.current?.tail.offset).toBe(history.tail.offset));
    }
    await equal(pair);
    const payloadOf = (record: Buffer) => decodePayload(record, decodeRecordHeader(record));
    const contentOf = (log: MemoryLog) => Buffer.concat((log.current?.records ?? []).map(payloadOf)).toString("hex");
    expect(contentOf(pair.peer)).toBe(contentOf(pair.origin));
    expect(pair.proxy.connections).toBeGreaterThan(3);
    const [sent, received] = [pair.listener.stats.links[0], pair.dialer.stats].map((link) => link?.streams[0]?.packing);
    expect(sent).toMatchObject({ codec: "zstd", records: received!.records, packedBytes: received!.packedBytes });
    expect(sent!.packedBytes).toBeLessThan(sent!.recordBytes);
  });

  test("goes on from the peer's position after a cut, without a snapshot, even inside a stored record", async () => {
    await using pair = await LinkPair.open();
    const history = pair.origin.begin({ id: "1", replid: REPLID_A, offset: 0n });
    pair.dial();
    history.writePings(5);
    await equal(pair);
    pair.proxy.cut();
    for (let count = 0; count < 20; count++) history.writePings(7);
    // The peer's journal ends inside the third record: its own was cut differently.
    const peerHistory = await eventually(() => pair.peer.current!);
    await equal(pair);
    expect(peerHistory.records.length).toBeGreaterThan(1);
    pair.proxy.cut();
    peerHistory.records.splice(0);
    peerHistory.tail = { ...peerHistory.tail, offset: (PING_BYTES * 8n) as Offset };
    await equal(pair);
    expect(pair.dialer.stats.streams[0]?.chunks).toBe(0);
    expect(pair.dialer.stats.reconnects).toBeGreaterThan(0);
  });

  test("sends records ahead of a snapshot that is still arriving, and the history becomes current when it is whole", async () => {
    await using pair = await LinkPair.open();
    const history = pair.origin.begin({ id: "1", replid: REPLID_A, offset: 0n, chunks: 4, complete: false });
    pair.dial();
    history.writePings(9);
    await eventually(() => expect(pair.peer.arriving?.tail.offset).toBe(history.tail.offset));
    expect(pair.peer.current).toBeUndefined();
    expect(pair.peer.arriving?.snapshot?.state).toBe("arriving");
    await history.snapshot?.complete();
    await equal(pair);
    expect(chunksOf(pair.peer)).toBe(chunksOf(pair.origin));
  });

  test("goes on with an unfinished snapshot at the chunk and the record where the link broke", async () => {
    await using pair = await LinkPair.open();
    const history = pair.origin.begin({ id: "1", replid: REPLID_A, offset: 0n, chunks: 4, complete: false });
    history.writePings(1);
    pair.dial();
    await eventually(() => expect(pair.peer.arriving?.snapshot?.chunks).toBe(4));
    await eventually(() => expect(pair.peer.arriving?.tail.offset).toBe(history.tail.offset));
    const unfinished = pair.peer.arriving;
    pair.proxy.cut();
    history.writePings(2);
    await history.snapshot?.complete();
    await equal(pair);
    expect(pair.peer.current).toBe(unfinished);
    expect(pair.dialer.stats.streams[0]?.chunks).toBe(0);
  });

  test("drops an aborted snapshot and asks for another", async () => {
    await using pair = await LinkPair.open();
    const history = pair.origin.begin({ id: "1", replid: REPLID_A, offset: 0n, complete: false });
    pair.dial();
    await eventually(() => expect(pair.peer.arriving?.id).toBe(history.id));
    await history.snapshot?.abort();
    await eventually(() => {
      expect(pair.peer.arriving).toBeUndefined();
      expect(pair.snapshotRequests).toBeGreaterThan(0);
    });
    pair.origin.begin({ id: "2", replid: REPLID_A, offset: 50n }).writePings(2);
    await equal(pair);
    expect(pair.dialer.stats.reconnects).toBe(0);
  });

  test("brings a new history on the same link, all of the old one first", async () => {
    await using pair = await LinkPair.open();
    const old = pair.origin.begin({ id: "1", replid: REPLID_A, offset: 0n });
    pair.dial();
    await equal(pair);
    const peerOld = pair.peer.current;
    old.writePings(4);
    const fresh = pair.origin.begin({ id: "2", replid: REPLID_B, offset: 7n, complete: false });
    await eventually(() => expect(pair.peer.arriving?.id).toBe(fresh.id));
    expect(peerOld?.tail.offset).toBe(old.tail.offset);
    await fresh.snapshot?.complete();
    fresh.writePings(4);
    await equal(pair);
    expect(bytesOf(pair.peer)).toBe(bytesOf(pair.origin));
    expect(pair.dialer.stats.reconnects).toBe(0);
  });

  test("leaves an old history that ends inside a transaction for the new one", async () => {
    await using pair = await LinkPair.open();
    const old = pair.origin.begin({ id: "1", replid: REPLID_A, offset: 0n });
    pair.dial();
    old.writePings(4);
    old.writePings(2, { open: true });
    await equal(pair);
    const fresh = pair.origin.begin({ id: "2", replid: REPLID_B, offset: 7n, complete: false });
    await eventually(() => expect(pair.peer.arriving?.id).toBe(fresh.id));
    expect(pair.listener.stats.links[0]?.streams[0]?.starts).toBe(2);
  });

  test("lets a peer that is ahead wait, and judges by the replid once there", async () => {
    const origin = new MemoryLog(STREAM);
    const peer = new MemoryLog(STREAM);
    const history = origin.begin({ id: "1", replid: REPLID_A, offset: 0n });
    peer.begin({ id: "1", replid: REPLID_A, offset: 0n }).writePings(10);
    await using pair = await LinkPair.open({ origin, peer });
    pair.dial();
    await eventually(() => expect(pair.listener.stats.links[0]?.streams[0]?.phase).toBe("waiting"));
    history.writePings(12);
    await equal(pair);
    expect(pair.dialer.stats.streams[0]?.chunks).toBe(0);
    expect(pair.snapshotRequests).toBe(0);
  });

  test("gives a diverged peer a snapshot, never one that its target could mistake for its own position", async () => {
    const origin = new MemoryLog(STREAM);
    const peer = new MemoryLog(STREAM);
    const history = origin.begin({ id: "1", replid: REPLID_A, offset: 0n });
    history.writePings(2);
    history.writePings(20, { replid: REPLID_B });
    peer.begin({ id: "1", replid: REPLID_A, offset: 0n }).writePings(10);
    const asked: (Offset | undefined)[] = [];
    await using pair = await LinkPair.open({ origin, peer, listener: { requestSnapshot: (_, beyond) => asked.push(beyond) } });
    pair.dial();
    await eventually(() => expect(asked[0]).toBe(PING_BYTES * 10n));
    expect(pair.dialer.stats.streams[0]?.chunks).toBe(0);
    origin.begin({ id: "2", replid: REPLID_B, offset: 400n }).writePings(1);
    await equal(pair);
    expect(bytesOf(pair.peer)).toBe(bytesOf(pair.origin));
  });

  test("a peer that stands where our stream has no boundary gets a snapshot, not a piece of a command", async () => {
    const origin = new MemoryLog(STREAM);
    const peer = new MemoryLog(STREAM);
    const history = origin.begin({ id: "1", replid: REPLID_A, offset: 0n });
    history.writePings(4);
    const astray = peer.begin({ id: "1", replid: REPLID_A, offset: 0n });
    astray.tail = { ...astray.tail, offset: 20n as Offset };
    await using pair = await LinkPair.open({ origin, peer });
    pair.dial();
    await eventually(() => expect(pair.snapshotRequests).toBeGreaterThan(0));
    expect(astray.records).toEqual([]);
    origin.begin({ id: "2", replid: REPLID_B, offset: 400n }).writePings(1);
    await equal(pair);
    expect(pair.dialer.stats.reconnects).toBe(0);
  });

  test("gives a snapshot to a peer whose position retention has dropped", async () => {
    const origin = new MemoryLog(STREAM);
    const peer = new MemoryLog(STREAM);
    const history = origin.begin({ id: "1", replid: REPLID_A, offset: 0n });
    for (let count = 0; count < 10; count++) history.writePings(1);
    history.trim(5);
    peer.begin({ id: "1", replid: REPLID_A, offset: 0n }).writePings(2);
    await using pair = await LinkPair.open({ origin, peer });
    pair.dial();
    await eventually(() => expect(pair.snapshotRequests).toBeGreaterThan(0));
    await history.beginSnapshot({ id: "7".repeat(16), offset: history.tail.offset, replid: REPLID_A, db: 0 }).complete();
    origin.advanced();
    pair.origin.snapshotEnded(history.snapshot!);
    history.writePings(3);
    await equal(pair);
  });

  test("a peer that wants a snapshot of the history that it has gets one beside its records, once", async () => {
    await using pair = await LinkPair.open();
    const history = pair.origin.begin({ id: "1", replid: REPLID_A, offset: 0n });
    history.writePings(2);
    pair.dial();
    await equal(pair);
    const held = pair.peer.current!;
    for (let times = 0; times < 3; times++) pair.dialer.requestSnapshot(STREAM, held.tail.offset);
    await eventually(() => expect(pair.snapshotRequests).toBe(3));
    history.writePings(1);
    const writer = history.beginSnapshot({ id: "7".repeat(16), offset: history.tail.offset, replid: REPLID_A, db: 0 });
    history.writePings(1);
    await writer.complete();
    await eventually(() => expect(pair.peer.current?.snapshot).toMatchObject({ info: { id: "7".repeat(16) }, state: "complete" }));
    history.writePings(5);
    await equal(pair);
    expect(pair.peer.current).toBe(held);
    expect(held.start).toBe(0n);
    // Asked again, because the answer was on its way: it is not sent twice.
    pair.dialer.requestSnapshot(STREAM, undefined);
    history.writePings(1);
    await equal(pair);
    expect([pair.errors, pair.dialer.stats.reconnects]).toEqual([[], 0]);
  });

  test("a snapshot beside the records goes on where the link broke", async () => {
    const random = new Random(7);
    await using pair = await LinkPair.open({ cutAfter: (connection) => (connection < 20 ? random.between(3_000, 20_000) : undefined) });
    const history = pair.origin.begin({ id: "1", replid: REPLID_A, offset: 0n });
    pair.dial();
    await equal(pair);
    const writer = history.beginSnapshot({ id: "7".repeat(16), offset: history.tail.offset, replid: REPLID_A, db: 0 });
    for (let index = 0; index < 100; index++) writer.append(encodeChunk(index, index * 1000, random.bytes(1000)));
    await writer.complete();
    const firsts: number[] = [];
    const openReader = writer.openReader.bind(writer);
    writer.openReader = (first) => {
      firsts.push(first);
      return openReader(first);
    };
    // Asked for once: what was begun needs no further word.
    await eventually(() => {
      if (firsts.length === 0) pair.dialer.requestSnapshot(STREAM, undefined);
      expect(firsts.length).toBeGreaterThan(0);
    });
    history.writePings(3);
    await equal(pair);
    await eventually(() => expect(pair.peer.current?.snapshot).toMatchObject({ info: { id: "7".repeat(16) }, state: "complete" }));
    expect(chunksOf(pair.peer)).toBe(chunksOf(pair.origin));
    expect(pair.dialer.stats.reconnects).toBeGreaterThan(5);
    expect(new Set(firsts).size).toBeGreaterThan(5);
    expect(firsts).toEqual(firsts.toSorted((one, other) => one - other));
  });

  test("takes an OPEN record back when the origin's log is cut back under the sender", async () => {
    await using pair = await LinkPair.open();
    const history = pair.origin.begin({ id: "1", replid: REPLID_A, offset: 0n });
    history.writePings(2);
    pair.dial();
    await equal(pair);
    history.writePings(3, { open: true });
    await equal(pair);
    await history.cutOpenTail();
    history.writePings(1);
    history.writePings(30);
    await equal(pair);
    expect(bytesOf(pair.peer)).toBe(bytesOf(pair.origin));
    expect(pair.dialer.stats.reconnects).toBe(0);
  });

  test("never has more on its way than the window, and stands still while the peer's log is full", async () => {
    await using pair = await LinkPair.open({ dialer: { windowBytes: 2000 } });
    const history = pair.origin.begin({ id: "1", replid: REPLID_A, offset: 0n });
    pair.dial();
    await equal(pair);
    pair.peer.full = true;
    for (let count = 0; count < 200; count++) history.writePings(5);
    const sent = () => pair.listener.stats.links[0]?.streams[0];
    await eventually(() => expect(sent()?.windowUsedBytes).toBeGreaterThan(1500));
    const stuck = sent()?.sentOffset;
    expect(history.records.reduce((bytes, record) => bytes + record.length, 0)).toBeGreaterThan(2000);
    expect(sent()?.windowUsedBytes).toBeLessThanOrEqual(2000);
    await eventually(() => expect(pair.listener.stats.links[0]?.clock).toBeDefined());
    expect(sent()?.sentOffset).toBe(stuck);
    expect(sent()?.windowUsedBytes).toBeLessThanOrEqual(2000);
    pair.peer.full = false;
    await equal(pair);
    await eventually(() => expect(sent()?.windowUsedBytes).toBe(0));
  });

  test("carries several streams, a stalled one does not hold the others", async () => {
    const shards = [0, 1, 2].map((shard) => StreamId.of("us-east", shard));
    const origins = new Map(shards.map((stream) => [stream, new MemoryLog(stream)]));
    const peers = new Map(shards.map((stream) => [stream, new MemoryLog(stream)]));
    await using pair = await LinkPair.open({
      listener: { logs: origins, peers: new Map([["eu-west", new Set(shards)]]) },
      dialer: { logs: peers, windowBytes: 64 * 1024 },
    });
    peers.get(shards[0]!)!.full = true;
    for (const log of origins.values()) {
      const history = log.begin({ id: "1", replid: REPLID_A, offset: 0n });
      for (let count = 0; count < 2000; count++) history.writePings(3);
    }
    pair.dial();
    const caughtUp = (stream: StreamId) => expect(peers.get(stream)?.current?.tail).toEqual(origins.get(stream)?.current?.tail);
    await eventually(() => [shards[1]!, shards[2]!].forEach(caughtUp));
    expect(() => caughtUp(shards[0]!)).toThrow();
    peers.get(shards[0]!)!.full = false;
    await eventually(() => shards.forEach(caughtUp));
  });

  test("records of other streams, and of one that waits for its turn, do not wait for a snapshot that is sent", async () => {
    const shards = [0, 1, 2].map((shard) => StreamId.of("us-east", shard));
    const origins = new Map(shards.map((stream) => [stream, new MemoryLog(stream)]));
    const peers = new Map(shards.map((stream) => [stream, new MemoryLog(stream)]));
    // A chunk of a thousand bytes in two seconds, so that none of the snapshots will be whole.
    const snapshots = { concurrent: 1, bytesPerSecond: 30 };
    await using pair = await LinkPair.open({
      listener: { logs: origins, peers: new Map([["eu-west", new Set(shards)]]), snapshots },
      dialer: { logs: peers },
    });
    const [sent, waiting, flowing] = shards.map((stream) => origins.get(stream)!) as [MemoryLog, MemoryLog, MemoryLog];
    for (const log of [sent, waiting]) log.begin({ id: "1", replid: REPLID_A, offset: 0n, chunks: 100 });
    // The peer has this one already.
    for (const log of [flowing, peers.get(shards[2]!)!]) log.begin({ id: "1", replid: REPLID_A, offset: 0n });
    pair.dial();
    const streams = () => pair.listener.stats.links[0]?.streams ?? [];
    await eventually(() =>
      expect(
        streams()
          .filter(({ snapshot }) => snapshot !== undefined)
          .map(({ snapshot }) => snapshot?.waiting),
      ).toHaveLength(2),
    );
    expect(pair.listener.stats.snapshots).toEqual({ concurrent: 1, bytesPerSecond: 30, underWay: 1, waiting: 1 });
    for (const log of origins.values()) log.current!.writePings(50);
    const tail = (stream: StreamId) => (peers.get(stream)?.arriving ?? peers.get(stream)?.current)?.tail;
    await eventually(() => {
      for (const stream of shards) expect(tail(stream)).toEqual(origins.get(stream)!.current!.tail);
    });
    expect(streams().filter(({ snapshot }) => snapshot !== undefined)).toHaveLength(2);
  });

  test("notices a half-open connection on both sides, and redials", async () => {
    await using pair = await LinkPair.open({ listener: { livenessMs: 200 }, dialer: { livenessMs: 200 } });
    const history = pair.origin.begin({ id: "1", replid: REPLID_A, offset: 0n });
    pair.dial();
    await equal(pair);
    pair.proxy.frozen = true;
    await eventually(() => {
      expect(pair.errors.some((error) => error.code === "LINK_CONNECTION" && error.message === "the peer is silent")).toBe(true);
      expect(pair.listener.stats.links).toEqual([]);
    });
    pair.proxy.frozen = false;
    history.writePings(1);
    pair.proxy.cut();
    await equal(pair);
  });

  test("a log that has no room for long is not silence", async () => {
    await using pair = await LinkPair.open({ listener: { livenessMs: 200 }, dialer: { livenessMs: 200 } });
    const history = pair.origin.begin({ id: "1", replid: REPLID_A, offset: 0n });
    pair.dial();
    await equal(pair);
    pair.peer.full = true;
    const payload = Buffer.alloc(700_000, 7);
    for (let count = 0; count < 20; count++) {
      for (let at = 0; at < payload.length; at += 4) payload.writeUInt32LE((Math.imul(at + count, 2654435761) ^ at) >>> 0, at);
      const from = history.tail.offset;
      const to = (from + BigInt(payload.length)) as Offset;
      history.append(encodeRecord({ from, to, replid: REPLID_A, db: 0, dbAfter: 0, commands: 1, readAtMs: 1, open: false }, payload));
    }
    const link = () => pair.listener.stats.links[0];
    await eventually(() => expect(pair.dialer.stats.streams[0]?.windowUsedBytes).toBeGreaterThan(4 * 1024 * 1024));
    const heard = pair.listener.stats.links[0]?.lastFrameAt ?? 0;
    await eventually(() => expect((link()?.lastFrameAt ?? 0) - heard).toBeGreaterThan(1000));
    expect(pair.errors).toEqual([]);
    pair.peer.full = false;
    await equal(pair);
    expect(pair.dialer.stats.reconnects).toBe(0);
  });

  test("ends when told to, from either side", async () => {
    await using pair = await LinkPair.open();
    pair.origin.begin({ id: "1", replid: REPLID_A, offset: 0n });
    pair.dial();
    await equal(pair);
    pair.hangUp();
    await eventually(() => expect(pair.listener.stats.links).toEqual([]));
    expect(pair.dialer.stats.phase).toBe("closed");
    expect(pair.errors).toEqual([]);
  });
});
