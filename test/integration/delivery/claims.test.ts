/** ONE_WRITER: what a gateway does before its first unit, so that nobody else's units commit behind its back. */
import { type AddressInfo, createServer } from "node:net";
import { expect, test } from "vitest";
import { checkpointKey, parseCheckpoint } from "../../../src/delivery/write/target/checkpoint.ts";
import { openRawSocket } from "../../../src/delivery/write/target/raw-socket.ts";
import { RedisServer } from "../../support/redis-server.ts";
import { applied, commands, Running } from "./running.ts";
import { StubHistory, StubLog } from "./stub-log.ts";

const KEY = checkpointKey(new StubLog().stream);

test("ONE_WRITER: a load has claimed the target before it looks at its first key", async () => {
  await using server = await RedisServer.start();
  const journal = new StubLog(new StubHistory());
  const seen: string[] = [];
  const loadSnapshot = async () => void seen.push(String(await server.call("GET", KEY)));
  await using _delivery = new Running(journal, server, { loadSnapshot });
  await applied(journal);
  expect(seen.map((text) => parseCheckpoint(text).state)).toEqual(["loading"]);
});

test("ONE_WRITER: a server on which the guard stops nothing is refused before the first unit", async () => {
  const server = createServer((peer) => {
    peer.on("error", () => undefined);
    peer.on("data", () => peer.write("+OK\r\n:0\r\n+OK\r\n*0\r\n"));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  try {
    const { port } = server.address() as AddressInfo;
    await expect(openRawSocket({ host: "127.0.0.1", port }, { checkpointKey: KEY, importing: false })).rejects.toMatchObject({
      code: "TARGET_REFUSED",
      message: expect.stringContaining("although its watched key was touched"),
    });
  } finally {
    server.close();
  }
});

test.each<[string, string[]]>([
  ["another text", ["SET", KEY, "something else"]],
  ["the text of a version to come", ["SET", KEY, "causeway/2 streaming"]],
  ["another type", ["EVAL", "redis.call('DEL', KEYS[1]) redis.call('RPUSH', KEYS[1], 'x')", "1", KEY]],
])(
  "ONE_WRITER: %s in the checkpoint's place is a conflict while delivering and at a start, and stays as it is",
  async (_, [command, ...words]) => {
    await using server = await RedisServer.start();
    const history = new StubHistory();
    const journal = new StubLog(history);
    await using running = new Running(journal, server);
    await applied(journal);
    await server.call(command!, ...words);
    const put = await server.call("DUMP", KEY);
    history.write(commands("SET a 1"));
    expect(await running.halted()).toBe("CHECKPOINT_CONFLICT");
    await using again = new Running(journal, server, { adopt: true });
    expect(await again.halted()).toBe("CHECKPOINT_CONFLICT");
    expect([await server.call("DUMP", KEY), await server.call("EXISTS", "a")]).toEqual([put, 0]);
    await server.call("DEL", KEY);
    await using adopted = new Running(journal, server, { adopt: true });
    await applied(journal);
    expect(adopted.loads).toEqual([0]);
  },
);
