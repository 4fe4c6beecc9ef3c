/**
 * The checkpoint is touched after the guard has agreed and before EXEC, which then answers nil. That alone says nothing: what the key
 * holds now decides between another writer, somebody who emptied the target, and a touch that changed nothing.
 */
import { describe, expect, test } from "vitest";
import { checkpointKey } from "../../../src/delivery/write/target/checkpoint.ts";
import { eventually } from "../../support/eventually.ts";
import { RedisServer } from "../../support/redis-server.ts";
import { applied, commands, Running } from "./running.ts";
import { StubHistory, StubLog } from "./stub-log.ts";

const KEY = checkpointKey(new StubLog().stream);

/** `touch` comes when the first half of a transaction is queued on the target; then comes its second half. */
async function touchedInTheMiddle(touch: (server: RedisServer, checkpoint: string) => Promise<unknown>) {
  const server = await RedisServer.start();
  const history = new StubHistory();
  const journal = new StubLog(history);
  const delivery = new Running(journal, server);
  await applied(journal);
  const checkpoint = String(await server.call("GET", KEY));
  history.write(commands("MULTI", "INCR n"));
  await eventually(async () => /multi=[1-9]/.test(String(await server.call("CLIENT", "LIST"))), { what: "a unit under way" });
  await touch(server, checkpoint);
  history.write(commands("INCR n", "EXEC"));
  return {
    ...{ server, delivery, journal },
    async [Symbol.asyncDispose]() {
      await delivery.stop();
      await server[Symbol.asyncDispose]();
    },
  };
}

describe("EXEC answers nil", () => {
  test("ONE_WRITER: because another gateway took the target: this one halts and takes nothing back", async () => {
    const other = (checkpoint: string) => checkpoint.replace(/writer=\S+/, `writer=${"f".repeat(16)}`);
    await using touched = await touchedInTheMiddle((server, checkpoint) => server.call("SET", KEY, other(checkpoint)));
    expect(await touched.delivery.halted()).toBe("CHECKPOINT_CONFLICT");
    expect(await touched.server.call("EXISTS", "n")).toBe(0);
    expect(String(await touched.server.call("GET", KEY))).toContain(`writer=${"f".repeat(16)}`);
  });

  test("APPLIED_ONCE: because somebody removed the checkpoint: halted, not begun anew", async () => {
    await using touched = await touchedInTheMiddle((server) => server.call("DEL", KEY));
    expect(await touched.delivery.halted()).toBe("CHECKPOINT_LOST");
    expect([await touched.server.call("EXISTS", "n"), touched.delivery.loads]).toEqual([0, [0]]);
  });

  test("APPLIED_ONCE: because of a touch that changed nothing: tried again, and there once", async () => {
    await using touched = await touchedInTheMiddle((server, checkpoint) => server.call("SET", KEY, checkpoint));
    await applied(touched.journal);
    expect(await touched.server.call("GET", "n")).toBe("2");
    expect(touched.delivery.codes).toEqual(["TARGET_BUSY"]);
  });
});
