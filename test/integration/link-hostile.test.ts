import { connect } from "node:net";
import { expect, test } from "vitest";
import { WebSocket } from "ws";
import { prove } from "../../src/link/connection/auth.ts";
import { HistoryId, type Offset, type Replid, StreamId } from "../../src/stream/position.ts";
import { decodeFrame, encodeFrame } from "../../src/wire/codec.ts";
import { type Frame, MAX_FRAME_BYTES, PROTOCOL_VERSION } from "../../src/wire/frames.ts";
import { eventually } from "../support/eventually.ts";
import { LinkPair, REPLID_A, SECRET, STREAM } from "../support/link-pair.ts";
import { MemoryLog } from "../support/memory-log.ts";

const NONCE = Buffer.alloc(32, 9);

/** A dialer made by hand: says what it is told to and remembers what it heard. */
class Stranger {
  readonly heard: Frame[] = [];
  readonly ws: WebSocket;
  closeCode: number | undefined;

  constructor(port: number, path = "/link") {
    this.ws = new WebSocket(`ws://127.0.0.1:${port}${path}`);
    this.ws.on("message", (data: Buffer) => this.heard.push(decodeFrame(data)));
    this.ws.on("error", () => undefined);
    this.ws.on("close", (code) => {
      this.closeCode = code;
    });
  }

  static async proven(port: number): Promise<Stranger> {
    const stranger = new Stranger(port);
    await stranger.opened();
    stranger.hello();
    await stranger.answerChallenge(SECRET);
    await stranger.hears("welcome");
    return stranger;
  }

  opened(): Promise<void> {
    return eventually(() => expect(this.ws.readyState).toBe(WebSocket.OPEN));
  }

  say(frame: Frame): void {
    this.ws.send(encodeFrame(frame));
  }

  hello(overrides: { readonly version?: number; readonly region?: string; readonly expectedRegion?: string } = {}): void {
    this.say({
      kind: "hello",
      version: PROTOCOL_VERSION,
      region: "eu-west",
      expectedRegion: "us-east",
      nonce: NONCE,
      topologyDigest: Buffer.alloc(32),
      ...overrides,
    });
  }

  async answerChallenge(secret: string, dialer = "eu-west", listener = "us-east"): Promise<void> {
    const { nonce } = await this.hears("challenge");
    this.say({
      kind: "proof",
      mac: prove(secret, "dialer", { version: PROTOCOL_VERSION, dialer, listener, dialerNonce: NONCE, listenerNonce: nonce }),
    });
  }

  async hears<Kind extends Frame["kind"]>(kind: Kind): Promise<Extract<Frame, { kind: Kind }>> {
    return eventually(() => {
      const frame = this.heard.find((one) => one.kind === kind);
      if (!frame) throw new Error(`no ${kind} among ${this.heard.map((one) => one.kind).join(", ")}`);
      return frame as Extract<Frame, { kind: Kind }>;
    });
  }

  async closed(): Promise<number> {
    return eventually(() => {
      if (this.closeCode === undefined) throw new Error("still open");
      return this.closeCode;
    });
  }
}

/** What the port answers to raw bytes, until it closes. */
function answerTo(port: number, bytes: string | Buffer): Promise<string> {
  return new Promise((resolve) => {
    const socket = connect(port, "127.0.0.1");
    let answer = "";
    socket.on("data", (data) => {
      answer += data.toString("latin1");
    });
    socket.on("error", () => undefined);
    socket.on("close", () => resolve(answer));
    socket.write(bytes);
  });
}

async function stillWorks(pair: LinkPair): Promise<void> {
  const history = pair.origin.current ?? pair.origin.begin({ id: "1", replid: REPLID_A, offset: 0n });
  history.writePings(1);
  await eventually(() => expect(pair.peer.current?.tail).toEqual(history.tail));
  expect(pair.errors).toEqual([]);
}

test("plain HTTP, another path, garbage and TLS get one short answer each, are counted, and harm nobody", async () => {
  await using pair = await LinkPair.open();
  await stillWorks(pair.dial());
  const response = await fetch(`http://127.0.0.1:${pair.port}/link`);
  expect(response.status).toBe(426);
  expect(await response.text()).toContain("speaks WebSocket");
  expect(await answerTo(pair.port, Buffer.from("16030100ff0100", "hex"))).toMatch(/^HTTP\/1.1 400 /);
  expect(await answerTo(pair.port, "PSYNC ? -1\r\n\r\n")).toMatch(/^HTTP\/1.1 400 /);
  await new Stranger(pair.port, "/elsewhere").closed();
  expect(pair.listener.stats.refusals).toEqual({ http: 4 });
  await stillWorks(pair);
});

test("a wrong secret is refused in one sentence that never holds it, and a stranger learns nothing before the proof", async () => {
  await using pair = await LinkPair.open({ dialer: { secret: "not the secret" } });
  const error = await pair.dialOnce();
  expect(error).toMatchObject({ code: "LINK_REFUSED", details: { refusal: "secret" } });
  expect(error?.message).toBe("us-east refused the link: the shared secret of the peer is not ours");
  const stranger = new Stranger(pair.port);
  await stranger.opened();
  stranger.hello({ region: "nowhere", expectedRegion: "elsewhere" });
  await stranger.answerChallenge("a guess", "nowhere", "elsewhere");
  expect(await stranger.hears("refused")).toMatchObject({ code: "secret" });
  expect(stranger.heard.map((frame) => frame.kind)).toEqual(["challenge", "refused"]);
  expect(pair.listener.stats).toMatchObject({ refusals: { secret: 2 }, links: [], unauthenticated: 0 });
});

test.each([
  ["a region that is not in the topology", { region: "mars" }, "us-east refused the link: region mars is not in the topology of us-east"],
  [
    "a dialer that meant another region",
    { origin: "ap-south" },
    "ap-south refused the link: this is the gateway of us-east, the peer expected ap-south",
  ],
  [
    "a stream that the topology gives to others",
    { logs: "another" as const },
    "us-east refused the link: the topology does not give stream us-east/7 to region eu-west",
  ],
])("%s is refused by name", async (_, overrides, sentence) => {
  const other = StreamId.of("us-east", 7);
  const origin = new MemoryLog(STREAM);
  const logs = new Map([STREAM, other].map((stream) => [stream, stream === STREAM ? origin : new MemoryLog(stream)]));
  await using pair = await LinkPair.open({ origin, listener: { logs } });
  const dialer = "logs" in overrides ? { logs: new Map([[other, new MemoryLog(other)]]) } : overrides;
  await using misled = await LinkPair.open({ dialer: { ...dialer, port: pair.port } });
  const error = await misled.dialOnce();
  expect(error?.message).toBe(sentence);
  expect(error?.code).toBe("LINK_REFUSED");
  await eventually(() => expect(Object.values(pair.listener.stats.refusals)).toEqual([1]));
  await stillWorks(pair.dial());
});

test("a listener that does not know the secret is not believed", async () => {
  await using pair = await LinkPair.open({ listener: { secret: "another" } });
  expect(await pair.dialOnce()).toMatchObject({ code: "LINK_REFUSED" });
});

test("another protocol version is refused before anything else is said", async () => {
  await using pair = await LinkPair.open();
  const stranger = new Stranger(pair.port);
  await stranger.opened();
  stranger.hello({ version: 99 });
  expect(await stranger.hears("refused")).toMatchObject({ code: "version" });
  expect(stranger.heard).toHaveLength(1);
});

test("a frame larger than allowed, a text message and a frame out of turn end only the connection that sent them", async () => {
  await using pair = await LinkPair.open();
  await stillWorks(pair.dial());
  const [large, text, early] = [new Stranger(pair.port), new Stranger(pair.port), new Stranger(pair.port)];
  await Promise.all([large.opened(), text.opened(), early.opened()]);
  large.ws.send(Buffer.alloc(MAX_FRAME_BYTES + 1));
  text.ws.send("hello");
  early.say({ kind: "ack", stream: STREAM, consumedBytes: 0 });
  await large.closed();
  expect(await text.hears("refused")).toMatchObject({ code: "malformed" });
  expect(await early.hears("refused")).toMatchObject({ code: "malformed" });
  await eventually(() => expect(pair.listener.stats).toMatchObject({ refusals: { malformed: 3 }, unauthenticated: 0 }));
  await stillWorks(pair);
});

test("strangers that say nothing are bounded in number, and a peer gets in among them", async () => {
  await using pair = await LinkPair.open();
  await stillWorks(pair.dial());
  const crowd = Array.from({ length: 300 }, () => new Stranger(pair.port));
  await eventually(() => {
    expect(pair.listener.stats.unauthenticated).toBe(256);
    expect(pair.listener.stats.refusals["crowded"]).toBe(44);
  });
  pair.proxy.cut();
  await eventually(() => expect(pair.dialer.stats).toMatchObject({ phase: "open", reconnects: 1 }));
  for (const stranger of crowd) stranger.ws.terminate();
  await eventually(() => expect(pair.listener.stats.unauthenticated).toBe(0));
});

test("a handshake that is too large is not even gathered", async () => {
  await using pair = await LinkPair.open();
  const stranger = new Stranger(pair.port);
  await stranger.opened();
  stranger.hello({ region: "x".repeat(200) });
  stranger.ws.send(Buffer.alloc(100_000));
  await stranger.closed();
  await eventually(() => expect(pair.listener.stats).toMatchObject({ refusals: { malformed: 1 }, unauthenticated: 0 }));
});

test("BOUNDED: a message that never ends is not gathered beyond what a handshake may be", async () => {
  await using pair = await LinkPair.open();
  const stranger = new Stranger(pair.port);
  await stranger.opened();
  stranger.ws.send(Buffer.alloc(40_000), { fin: false });
  await stranger.closed();
  await eventually(() => expect(pair.listener.stats).toMatchObject({ refusals: { malformed: 1 }, unauthenticated: 0 }));
});

test("BOUNDED: an HTTP header above 8 KiB is turned away, and not read as a request", async () => {
  await using pair = await LinkPair.open();
  expect(await answerTo(pair.port, `GET /link HTTP/1.1\r\nHost: x\r\nX-Long: ${"x".repeat(9_000)}\r\n\r\n`)).toContain("400 Bad Request");
  expect(pair.listener.stats).toMatchObject({ refusals: { http: 1 } });
});

test.each<[string, (ws: WebSocket) => void]>([
  ["larger than a frame", (ws) => ws.send(Buffer.alloc(MAX_FRAME_BYTES + 1), { fin: false })],
  ["in more pieces than a frame may have", (ws) => Array.from({ length: 40 }, () => ws.send(Buffer.alloc(1), { fin: false }))],
])("BOUNDED: a message that never ends and is %s is not gathered, whoever sends it", async (_, send) => {
  await using pair = await LinkPair.open();
  const stranger = await Stranger.proven(pair.port);
  send(stranger.ws);
  await stranger.closed();
  expect(pair.listener.stats).toMatchObject({ refusals: { malformed: 1 } });
});

test("BOUNDED: who opens a connection and says nothing, or begins a request and does not end it, is let go, and counted", async () => {
  await using pair = await LinkPair.open();
  const stranger = new Stranger(pair.port);
  const unfinished = answerTo(pair.port, "GET /link HTTP/1.1\r\nHost: x\r\n");
  await stranger.opened();
  await stranger.closed();
  expect(await unfinished).toContain("400 Bad Request");
  expect(pair.listener.stats).toMatchObject({ refusals: { late: 1, http: 1 }, unauthenticated: 0 });
});

const held = (offset: bigint, replid: Replid = REPLID_A) => ({
  history: HistoryId.of("1".padStart(16, "0")),
  offset: offset as Offset,
  replid,
});

test.each<[string, (stranger: Stranger, tail: Offset) => void]>([
  [
    "acknowledges what it was not sent",
    (stranger, tail) =>
      stranger.say({
        kind: "ack",
        stream: STREAM,
        history: held(0n).history,
        durable: { offset: (tail + 1n) as Offset, atMs: 1 },
        consumedBytes: 0,
      }),
  ],
  [
    "acknowledges as durable what it has not received",
    (stranger) =>
      stranger.say({
        kind: "ack",
        stream: STREAM,
        history: held(0n).history,
        durable: { offset: 0n as Offset, atMs: 1 },
        consumedBytes: 0,
      }),
  ],
  ["claims credit for what it was not sent", (stranger) => stranger.say({ kind: "ack", stream: STREAM, consumedBytes: 1_000_000 })],
  [
    "takes credit back",
    (stranger) => {
      stranger.say({ kind: "ack", stream: STREAM, consumedBytes: 10 });
      stranger.say({ kind: "ack", stream: STREAM, consumedBytes: 9 });
    },
  ],
  [
    "acknowledges a stream that it did not ask for",
    (stranger) => stranger.say({ kind: "ack", stream: StreamId.of("us-east", 3), consumedBytes: 0 }),
  ],
  ["subscribes twice", (stranger) => stranger.say({ kind: "subscribe", stream: STREAM, held: [], windowBytes: 1000 })],
  ["sends records to the origin", (stranger) => stranger.say({ kind: "records", stream: STREAM, records: [] })],
])("a proven peer that %s loses its link", async (_, lie) => {
  await using pair = await LinkPair.open();
  const history = pair.origin.begin({ id: "1", replid: REPLID_A, offset: 0n });
  history.writePings(10);
  const stranger = await Stranger.proven(pair.port);
  stranger.say({ kind: "subscribe", stream: STREAM, held: [held(0n)], windowBytes: 1_000_000 });
  await stranger.hears("records");
  lie(stranger, history.tail.offset);
  expect(await stranger.hears("refused")).toMatchObject({ code: "malformed" });
  await eventually(() => expect(pair.listener.stats).toMatchObject({ links: [], refusals: { malformed: 1 } }));
  expect(pair.acks).toEqual([]);
});

test("ACK_AFTER_DURABLE: retention waits for what the peer has made durable, not for what it has only received", async () => {
  await using pair = await LinkPair.open();
  const history = pair.origin.begin({ id: "1", replid: REPLID_A, offset: 0n });
  history.writePings(10);
  const { offset: received } = history.tail;
  const stranger = await Stranger.proven(pair.port);
  stranger.say({ kind: "subscribe", stream: STREAM, held: [held(0n)], windowBytes: 1_000_000 });
  await stranger.hears("records");
  const ack = { kind: "ack", stream: STREAM, history: history.id, received: { offset: received, atMs: 1 }, consumedBytes: 0 } as const;
  stranger.say(ack);
  await eventually(() => expect(pair.acks).toHaveLength(1));
  expect(pair.origin.retained.get("peer:eu-west")?.offset).toBe(0n);
  stranger.say({ ...ack, durable: { offset: 14n as Offset, atMs: 1 } });
  await eventually(() => expect(pair.origin.retained.get("peer:eu-west")?.offset).toBe(14n));
});

test("proven connections that ask for nothing are one per region, and take nobody's place", async () => {
  await using pair = await LinkPair.open();
  await stillWorks(pair.dial());
  const first = await Stranger.proven(pair.port);
  const second = await Stranger.proven(pair.port);
  expect(await first.hears("bye")).toMatchObject({ reason: "a newer connection of the same region waits" });
  await first.closed();
  await stillWorks(pair);
  expect(pair.dialer.stats).toMatchObject({ reconnects: 0, superseded: 0 });
  expect(pair.listener.stats.links).toHaveLength(1);
  second.say({ kind: "ping", id: 5, sentAtMs: 17, heads: [] });
  expect(await second.hears("pong")).toMatchObject({ id: 5, pingSentAtMs: 17 });
});
