import { expect, test } from "vitest";
import { renderStatus } from "../../../src/cli/render-status.ts";
import { judge } from "../../../src/cli/status.ts";
import { originStatus, replicaStatus } from "../../support/sample-status.ts";

const answers = [
  { region: "us-east", status: originStatus },
  { region: "eu-west", status: replicaStatus },
  { region: "ap-south", error: "127.0.0.1:7421 does not answer (ECONNREFUSED)" },
];

test("the table shows phase, positions, acks per peer, lag by stage, throughput, compression and journal", () => {
  const text = renderStatus(answers, false);
  expect(text).toMatchInlineSnapshot(`
    "us-east  ready  causeway 0.1.0, lz4, zstd by node:zlib, up 1 h 2 m

      STREAM     ROLE    PHASE       RECEIVED    DURABLE  APPLIED  BYTES/S  COMMANDS/S  RATIO           JOURNAL
      us-east/0  origin  streaming  123456789  123456000        -   2.5 MB       17.3k   2.9x  3.0 MB in 1 file
      us-east/0: at risk now: 0 B, 0 commands, 0.0 ms; eu-west has everything
      us-east/0: master 127.0.0.1:6379 streaming, 1 full and 2 partial syncs, failovers: 1, pauses for the disk: 3, acknowledged 123456000 500 ms ago
      us-east/0: lz4 saved 8.0 MB for 1.5 s of CPU
      us-east/0: 4.1 kB of interrupted writes were cut from the journal at the start
      us-east/0: history 0123456789abcdef

      LINK         PHASE           RTT            CLOCK     SENT  RECEIVED  RECONNECTS  LAST ERROR
      to eu-west   streaming     80 ms  -3.2 ms ± 40 ms  45.0 MB   90.0 kB           1
      to ap-south  disconnected      -                -      0 B       0 B           0  ap-south said goodbye: the gateway is stopping (1 h ago)
      us-east/0: sending eu-west a snapshot  [############............] 50 %  350 kB of 700 kB  70.0 kB/s  5 s left
      us-east/0: ap-south waits for a snapshot, 1 of 1 are under way
      ap-south: the link was taken over by another connection of its region, times: 4
      us-east/0 to eu-west: zstd, 3.0 MB saved (2.0x beside lz4) for 0.3 s of CPU
      refused at the link port: secret 7

      STREAM     PEER      ACK RECEIVED  ACK DURABLE  ACK APPLIED        BEHIND r/d/a    LAG  T_write  T_network  T_ack  T p50   T p99
      us-east/0  eu-west      123456789    123456789    123450000  0 B / 0 B / 6.8 kB  93 ms   0.4 ms      40 ms  48 ms  89 ms  177 ms
      us-east/0  ap-south             -            -            -           - / - / -    1 h        -          -      -      -       -

    eu-west  not ready  causeway 0.1.0, lz4, zstd by node:zlib, up 1 h 2 m
      ! delivery us-east/0 is halted: TARGET_REJECTED, the target refused INCR
      ! us-east/0 is not carried on here: halted

      STREAM     ROLE     PHASE    RECEIVED    DURABLE    APPLIED  BYTES/S  COMMANDS/S  RATIO           JOURNAL
      us-east/0  replica  halted  123456789  123456789  123450000   2.5 MB       17.3k      -  3.0 MB in 1 file
      us-east/0: target 127.0.0.1:6380 (7.0.15) halted, 2000 units, 100000 keys loaded, 1 divergences, 0 dead letters
      us-east/0: loading [############............] 50 %  350 kB of 700 kB  100 kB/s  3 s left  5.0k of 10.0k keys
      us-east/0: keys expire when the source says so, and by themselves 1 d later than there
      us-east/0: ping 12 dropped, EXPIRE 4 rewritten, XADD 2 not looked into, slot-info 3 left out, OOM 5 times
      us-east/0: last error of the delivery: INCR was refused: WRONGTYPE (5.0 s ago)
      us-east/0: 4.1 kB of interrupted writes were cut from the journal at the start
      us-east/0: snapshot at 1 arriving  [#################.......] 71 %  500 kB of 700 kB  50.0 kB/s  4 s left
      us-east/0: history 0123456789abcdef

      LINK          PHASE    RTT  CLOCK     SENT  RECEIVED  RECONNECTS  LAST ERROR
      from us-east  open   80 ms      -  90.0 kB   45.0 MB           1
      refused at the link port: secret 7

    ap-south  unreachable  127.0.0.1:7421 does not answer (ECONNREFUSED)
    "
  `);
});

test("no line ends in blanks, and without colour there is no escape sequence", () => {
  const text = renderStatus(answers, false);
  expect(text).not.toMatch(/ $/m);
  expect(text).not.toContain("\u001b");
  expect(renderStatus(answers, true)).toContain("\u001b[32mready\u001b[0m");
});

test("what servers say cannot steer the terminal", () => {
  const text = renderStatus([{ region: "us-east", error: "evil \u001b[2J\r\n\u0007" }], true);
  expect(text).not.toContain("\u001b[2J");
  expect(text).not.toContain("\u0007");
});

test("exit code: 0 all ready, 1 something is not, 4 nobody answers", () => {
  const [ready, halted, silent] = answers;
  expect(judge([ready!], false)).toBe(0);
  expect(judge([halted!], true)).toBe(1);
  expect(judge([ready!, silent!], false)).toBe(1);
  expect(judge([silent!], true)).toBe(4);
});

test("what is at risk says what was not read from the master, and that it may be more", () => {
  const [stream] = originStatus.streams;
  const noteOf = (atRisk: Partial<NonNullable<typeof stream>["atRisk"]>) => {
    const status = { ...originStatus, streams: [{ ...stream!, atRisk: { ...stream!.atRisk!, ...atRisk } }] };
    return /at risk now: .*/.exec(renderStatus([{ region: "us-east", status }], false))?.[0];
  };
  expect(noteOf({})).toBe("at risk now: 0 B, 0 commands, 0.0 ms; eu-west has everything");
  expect(noteOf({ bytes: 21e6, unreadBytes: 21e6, atLeast: true, ms: 7_300 })).toBe(
    "at risk now: at least 21.0 MB, more than 0 commands, 7.3 s (21.0 MB not read from the master); eu-west has everything that was read",
  );
  expect(noteOf({ bytes: 22e6, unreadBytes: 21e6, commands: 8, ms: 40 })).toBe(
    "at risk now: 22.0 MB, more than 8 commands, 40 ms (21.0 MB not read from the master); eu-west has most",
  );
  expect(noteOf({ atLeast: true, ms: 7_300 })).toBe("at risk now: at least 0 B, 0 commands, 7.3 s; eu-west has everything that was read");
});
