/** What one delivery is given. */
import type { Logger } from "pino";
import type { Clock } from "../../runtime/clock.ts";
import type { StreamLog } from "../../stream/log.ts";
import type { StreamId } from "../../stream/position.ts";
import type { DeliveryStats } from "./delivery-stats.ts";
import type { LoadSnapshot } from "./load/loading.ts";
import type { JudgeSnapshot } from "./load/snapshot-guard.ts";
import type { DeliveryOrders } from "./orders.ts";
import type { TargetAddress } from "./target/raw-socket.ts";

export type DeliveryGuard = {
  /** A snapshot that holds less than this share of the target's keys, 0 to 1. */
  readonly shrink: number;
  /** FLUSHALL and FLUSHDB. */
  readonly flush: boolean;
};

export type DeliveryOptions = {
  readonly stream: StreamId;
  readonly log: Logger;
  readonly clock: Clock;
  readonly journal: StreamLog;
  readonly target: TargetAddress;
  /** Write to this target even if it holds foreign keys or is marked as diverged: a snapshot replaces what is there. Until the stream flows. */
  readonly adopt: boolean;
  readonly onDivergence: "halt" | "dead-letter";
  /** Needed for "dead-letter". */
  readonly deadLetterFile: string;
  /** What happens when the target cannot hold something: its product or version lacks it. */
  readonly onUnsupported: "halt" | "skip";
  /** Names the keys of which that is so. */
  readonly unsupportedFile: string;
  /** Larger values of a snapshot are rebuilt in pieces. */
  readonly rebuildAboveBytes: number;
  /** By how much later than at the source keys expire in a target without an import mode, ms (`expiry.ts`). */
  readonly guardMs: number;
  /** What is not obeyed without a person's word. */
  readonly guard: DeliveryGuard;
  readonly loadSnapshot: LoadSnapshot;
  readonly judgeSnapshot: JudgeSnapshot;
  readonly orders: DeliveryOrders;
  /** Called whenever the target has got on. */
  readonly healthy: () => void;
  /** Shared by all attempts. */
  readonly stats: DeliveryStats;
};
