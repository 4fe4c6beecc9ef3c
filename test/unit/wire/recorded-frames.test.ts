/** Frames that another version of this code wrote (test/fixtures/wire) still mean what they meant. */
import { readdirSync, readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { decodePayload, decodeRecordHeader } from "../../../src/stream/record.ts";
import { decodeFrame, encodeFrame } from "../../../src/wire/codec.ts";
import { type Frame, PROTOCOL_VERSION } from "../../../src/wire/frames.ts";

type Recorded = { readonly frames: readonly { readonly bytes: string; readonly frame: { readonly kind: string } }[] };

const folder = new URL("../../fixtures/wire/", import.meta.url);
const files = readdirSync(folder).filter((name) => name.endsWith(".json"));

test("this version's frames are among the recorded ones", () => expect(files).toContain(`v${PROTOCOL_VERSION}.json`));

describe.each(files)("%s", (name) => {
  const { frames } = JSON.parse(readFileSync(new URL(name, folder), "utf8")) as Recorded;

  test.each(frames.map((one, index) => [`${index} ${one.frame.kind}`, one] as const))("frame %s is read", (_, { bytes, frame }) => {
    const decoded = decodeFrame(Buffer.from(bytes, "hex"));
    expect(readable(decoded)).toEqual(frame);
    // An older gateway gets what it would have written itself.
    expect(encodeFrame(decoded).toString("hex")).toBe(bytes);
  });

  test("their records are whole, and hold the master's bytes", () => {
    const records = frames
      .map(({ bytes }) => decodeFrame(Buffer.from(bytes, "hex")))
      .flatMap((frame) => (frame.kind === "records" ? frame.records : []));
    const held = records.map((record) => decodePayload(record, decodeRecordHeader(record)).toString());
    expect(held.length).toBeGreaterThan(0);
    for (const text of held) expect(text).toBe("*3\r\n$3\r\nSET\r\n$3\r\nkey\r\n$5\r\nvalue\r\n".repeat(40));
  });
});

/** As the recorder writes it: bytes as hex, offsets as text. */
function readable(frame: Frame): unknown {
  return JSON.parse(
    JSON.stringify(frame, (_, value: unknown) => {
      if (typeof value === "bigint") return `${value}n`;
      const { type, data } = (value ?? {}) as { readonly type?: string; readonly data?: number[] };
      return type === "Buffer" ? Buffer.from(data!).toString("hex") : value;
    }),
  );
}
