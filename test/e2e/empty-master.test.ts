/** A master that comes back without its data must not take the copy with it; a person may say that it is right. */
import { expect, test } from "vitest";
import { eventually } from "../support/eventually.ts";
import { Pair } from "../support/pair.ts";

test("the copy is kept and served until somebody adopts the new data set", async () => {
  await using pair = await Pair.start();
  const filled = pair.master.client().pipeline();
  for (let index = 0; index < 1_000; index++) filled.set(`key:${index}`, "v");
  await filled.exec();
  await pair.caughtUp();
  await pair.master.kill9();
  await pair.master.restart();
  await pair.master.call("SET", "fresh", "1");

  await pair.eu.untilEvent("service.halted", 30_000);
  expect(pair.eu.events.find(({ event }) => event === "service.halted")?.["code"]).toBe("SNAPSHOT_SUSPICIOUS");
  const ready = await fetch(`http://127.0.0.1:${pair.topology.ports["eu-west"]!.admin}/readyz`);
  expect([ready.status, await ready.text()]).toEqual([503, expect.stringContaining("did the master lose its data")]);
  expect(await pair.target.call("DBSIZE")).toBe(1_001);

  await pair.eu.terminate();
  pair.spawn("eu-west", { args: ["--adopt"] });
  await eventually(async () => (await pair.target.call("GET", "fresh")) === "1" && (await pair.target.call("EXISTS", "key:1")) === 0, {
    timeoutMs: 30_000,
  });
});
