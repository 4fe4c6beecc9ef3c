/**
 * ONE_WRITER and APPLIED_ONCE when the server refuses the guard itself: what was sent behind it must not commit on a foreign checkpoint,
 * not even if the condition ends in between, on a line that delivers the rest although the sender has given up.
 */
import { connect, createServer, type Socket } from "node:net";
import { expect, test } from "vitest";
import { checkpointKey, formatCheckpoint } from "../../src/delivery/write/target/checkpoint.ts";
import { guardOf, guardProof } from "../../src/delivery/write/target/guard.ts";
import { openRawSocket } from "../../src/delivery/write/target/raw-socket.ts";
import { UnitWriter } from "../../src/delivery/write/unit/unit-writer.ts";
import { encodeCommand } from "../../src/resp/encode.ts";
import { systemClock } from "../../src/runtime/clock.ts";
import { HistoryId, Offset, Replid, StreamId } from "../../src/stream/position.ts";
import { eventually } from "../support/eventually.ts";
import { freePort } from "../support/free-port.ts";
import { RedisServer } from "../support/redis-server.ts";

const KEY = checkpointKey(StreamId.of("us-east", 0));

function checkpoint(offset: number, writer: string) {
  return {
    state: "streaming" as const,
    history: HistoryId.of("a".repeat(16)),
    offset: Offset.of(offset),
    db: 0,
    replid: Replid.of("b".repeat(40)),
    snapshotId: undefined,
    rdbOffset: 0,
    writer: writer.repeat(16),
    readAtMs: 0,
    guardMs: 0,
  };
}

/** Lets the first `bytes` bytes through and keeps the rest, also when the sender hangs up, until it is told to deliver. */
async function hesitantLine(to: number, bytes: number) {
  const port = await freePort();
  const kept: Buffer[] = [];
  let upstream: Socket | undefined;
  let left = bytes;
  const server = createServer((client) => {
    upstream = connect(to, "127.0.0.1");
    upstream.on("error", () => undefined).on("data", (chunk) => client.write(chunk));
    client.on("error", () => undefined);
    client.on("data", (chunk) => {
      const passed = chunk.subarray(0, left);
      left -= passed.length;
      upstream!.write(passed);
      kept.push(chunk.subarray(passed.length));
    });
  });
  await new Promise<void>((resolve) => server.listen(port, "127.0.0.1", resolve));
  return {
    port,
    /** Resolves once the server has read everything and closed. */
    deliver: () => new Promise((resolve) => upstream!.once("close", resolve).end(Buffer.concat(kept))),
    [Symbol.asyncDispose]: async () => {
      upstream?.destroy();
      server.close();
    },
  };
}

test.each<[string, string, string[], string[]]>([
  ["BUSY", "TARGET_BUSY", [], []],
  ["READONLY", "TARGET_BUSY", ["REPLICAOF", "127.0.0.1", "1"], ["REPLICAOF", "NO", "ONE"]],
  ["NOREPLICAS", "TARGET_BUSY", ["CONFIG", "SET", "min-replicas-to-write", "1"], ["CONFIG", "SET", "min-replicas-to-write", "0"]],
])("-%s refuses the guard and ends before the rest of the unit arrives: nothing commits", async (word, code, begin, end) => {
  await using server = await RedisServer.start({ args: ["--busy-reply-threshold", "50"] });
  const expected = formatCheckpoint(checkpoint(1, "1"));
  const untilMulti = guardOf(KEY).arm(expected).length;
  await using line = await hesitantLine(server.port, guardProof(KEY).length + untilMulti);
  const socket = await openRawSocket({ host: "127.0.0.1", port: line.port }, { checkpointKey: KEY, importing: false });
  const writer = new UnitWriter({ socket, clock: systemClock, checkpointKey: KEY, token: "1".repeat(16), expected });
  const foreign = formatCheckpoint(checkpoint(5, "f"));
  await server.call("SET", KEY, foreign);

  const killer = server.client();
  await killer.ping();
  if (word === "BUSY") {
    server
      .client({ maxRetriesPerRequest: 0 })
      .call("EVAL", "while true do end", "0")
      .catch(() => undefined);
    await eventually(() =>
      killer.get("x").then(
        () => false,
        (error: Error) => error.message.startsWith("BUSY"),
      ),
    );
  } else await killer.call(begin[0]!, ...begin.slice(1));
  writer.submit({ db: 0, pieces: [encodeCommand("INCR", "n")], commands: 1, checkpoint: checkpoint(2, "1") });
  await expect(writer.drain(AbortSignal.timeout(10_000))).rejects.toMatchObject({ code });
  if (word === "BUSY") await killer.call("SCRIPT", "KILL");
  else await killer.call(end[0]!, ...end.slice(1));
  await eventually(async () => (await server.call("SET", "probe", "1")) === "OK");

  await line.deliver();
  expect([await server.call("EXISTS", "n"), await server.call("GET", KEY)]).toEqual([0, foreign]);
});
