/** A master's stream: scanner, cutter, planner and translation of the commands that are looked into. */
import { expect } from "vitest";
import { SAME_WORDS } from "../../../src/delivery/write/apply/dialect.ts";
import { Planner } from "../../../src/delivery/write/apply/plan.ts";
import { translate } from "../../../src/delivery/write/apply/translate.ts";
import { EXAMINED_COMMANDS } from "../../../src/resp/command-kinds.ts";
import { CommandScanner } from "../../../src/resp/command-scanner.ts";
import { encodeCommand } from "../../../src/resp/encode.ts";
import { Cutter } from "../../../src/source/cutter.ts";
import { Offset, Replid } from "../../../src/stream/position.ts";
import { decodePayload, type RecordHeader } from "../../../src/stream/record.ts";
import { fuzz, outcomeOf } from "../../support/fuzz.ts";
import { cutAnywhere, mutateBytes, mutateDecimal } from "../../support/mutate.ts";
import type { Random } from "../../support/random.ts";

const START = Offset.of(1000);
const WORDS = [
  ...["PING", "SELECT", "MULTI", "EXEC", "REPLCONF", "SET", ...EXAMINED_COMMANDS],
  ...["MAXLEN", "MINID", "LIMIT", "IDMP", "IDMPAUTO", "NOMKSTREAM", "=", "~", "*", "EX", "PX", "PXAT", "KEEPTTL", "REPLACE", "ABSTTL"],
  ...["0", "1", "-1", "15", "2147483647", "2147483648", "9223372036854775807", "-9223372036854775808", "99999999999999999999"],
  ...["", "k", "v", "__sentinel__:hello", "*1\r\n$4\r\nPING\r\n", "1e5", "NaN"],
];

function commands(random: Random): Buffer {
  const parts: Buffer[] = [];
  for (let left = random.between(1, 12); left > 0; left--) {
    const words = Array.from({ length: random.between(1, random.chance(0.05) ? 80 : 7) }, () => random.pick(WORDS));
    if (random.chance(0.3)) words.push(random.text(random.between(0, 3000)));
    parts.push(encodeCommand(...words));
  }
  return Buffer.concat(parts);
}

function damaged(random: Random): Buffer {
  let bytes = commands(random);
  for (let left = random.between(0, 3); left > 0; left--) {
    bytes = random.chance(0.6) ? mutateDecimal(bytes, random) : mutateBytes(bytes, random, commands(random));
  }
  return bytes;
}

/** Where commands end and what they are, until the bytes are refused. */
function scan(chunks: readonly Buffer[]): readonly string[] {
  const scanner = new CommandScanner({ db: 0 });
  const found: string[] = [];
  let before = 0;
  const outcome = outcomeOf(() => {
    for (const chunk of chunks) {
      scanner.feed(chunk);
      while (scanner.next()) found.push(`${before + scanner.end} ${scanner.kind} ${scanner.db} ${scanner.inTransaction}`);
      before += chunk.length;
    }
  });
  found.push(outcome);
  return found;
}

fuzz("the scanner finds the same commands, or the same RESP_MALFORMED, however the bytes are cut", (random) => {
  const bytes = damaged(random);
  const whole = scan([bytes]);
  expect(["fine", "RESP_MALFORMED"]).toContain(whole.at(-1));
  expect(scan(cutAnywhere(bytes, random))).toEqual(whole);
});

fuzz("what the cutter and the planner make of a damaged stream is bytes in order or a typed error", (random) => {
  const bytes = damaged(random);
  const records: { readonly record: Buffer; readonly header: RecordHeader }[] = [];
  const cutter = new Cutter({
    ...{ offset: START, db: 0, replid: Replid.of("a".repeat(40)), wallMs: () => 1_700_000_000_000 },
    emit: (record, header) => records.push({ record, header }),
  });
  const cut = outcomeOf(() => {
    for (const chunk of cutAnywhere(bytes, random)) {
      cutter.push(chunk);
      if (random.chance(0.3)) cutter.flush();
    }
    cutter.flush();
  });
  expect(["fine", "RESP_MALFORMED"]).toContain(cut);
  const payload = Buffer.concat(records.map(({ record, header }) => decodePayload(record, header)));
  expect(payload.equals(bytes.subarray(0, payload.length))).toBe(true);
  const planner = new Planner({
    from: { offset: START, db: 0 },
    checkpointKey: "causeway:checkpoint:{us-east/0}",
    databases: 16,
    maxBulkBytes: Number.POSITIVE_INFINITY,
    guardMs: 60_000,
    dialect: SAME_WORDS,
    events: {
      allowsFlush: () => true,
      onDropped: () => undefined,
      onRewritten: () => undefined,
      onUntranslated: () => undefined,
      onSkipped: () => undefined,
      onLost: () => undefined,
    },
  });
  const planned = outcomeOf(() => {
    for (const { record, header } of records)
      for (const { pieces } of planner.add(header, decodePayload(record, header))) wellFormed(pieces);
    wellFormed(planner.flush()?.pieces ?? []);
  });
  expect(["fine", "TARGET_REFUSED"]).toContain(planned);
});

fuzz("every translation of a command is as many whole words as it says", (random) => {
  const name = random.pick([...EXAMINED_COMMANDS, "SET"]);
  const command = encodeCommand(name, ...Array.from({ length: random.between(0, 9) }, () => random.pick(WORDS)));
  const translation = translate(command, { readAtMs: random.pick([0, 1.5, 1_700_000_000_000]), guardMs: random.pick([0, 60_000]) });
  if ("pieces" in translation) expect(wellFormed(translation.pieces)).toBe(1);
  if (translation.kind === "swap-from-zero") expect(Number.isSafeInteger(translation.other)).toBe(true);
});

/** How many commands the pieces are. A target would take anything else for a broken protocol. */
function wellFormed(pieces: readonly Buffer[]): number {
  const scanner = new CommandScanner({ db: 0 });
  scanner.feed(Buffer.concat(pieces));
  let count = 0;
  while (scanner.next()) count++;
  if (!scanner.atBoundary) throw new Error(`the target would wait for more after ${Buffer.concat(pieces).toString("latin1")}`);
  return count;
}
