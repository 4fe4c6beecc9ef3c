/** Delivery by write: what the target took, and what it did not. */
import { CONDITION_WORDS } from "../../delivery/write/target/replies.ts";
import { TRANSLATED_COMMANDS } from "../../resp/command-kinds.ts";
import type { DeliveryStatus } from "../status/delivery.ts";
import type { GatewayStatus } from "../status/gateway.ts";
import { fromZero, type Metric, type Sample, seconds, stream } from "./metric.ts";

/** What is there in RDBs of today, so that it begins at zero. */
const SKIPPED = ["module-aux", "slot-info", "slot-import", "stream-producers", "shard-messages"] as const;

export const DELIVERY_METRICS: readonly Metric[] = [
  stream("counter", "causeway_delivery_units_total", "Transactions committed in the target.", ({ delivery }) => delivery?.units),
  stream("counter", "causeway_delivery_commands_total", "Commands committed in the target.", ({ delivery }) => delivery?.commands),
  stream(
    "gauge",
    "causeway_delivery_in_flight_bytes",
    "Bytes sent to the target and not yet answered.",
    ({ delivery }) => delivery?.inFlightBytes,
  ),
  stream("gauge", "causeway_delivery_loading_bytes", "RDB bytes loaded, while a snapshot is.", ({ delivery }) => delivery?.loading?.bytes),
  stream(
    "gauge",
    "causeway_delivery_loading_expected_bytes",
    "Of so many, as far as that is known.",
    ({ delivery }) => delivery?.loading?.totalBytes,
  ),
  stream("gauge", "causeway_delivery_loading_left_seconds", "Until all of them are loaded, at the speed so far.", ({ delivery }) =>
    seconds(delivery?.loading?.leftMs),
  ),
  stream("counter", "causeway_delivery_keys_loaded_total", "Keys loaded from snapshots.", ({ delivery }) => delivery?.keysLoaded),
  stream(
    "counter",
    "causeway_delivery_keys_removed_total",
    "Keys removed because a snapshot lacks them.",
    ({ delivery }) => delivery?.keysRemoved,
  ),
  stream(
    "counter",
    "causeway_delivery_divergences_total",
    "Commands that the target refused although the master accepted them.",
    ({ delivery }) => delivery?.divergences,
  ),
  stream(
    "counter",
    "causeway_delivery_dead_letters_total",
    "Commands written to the dead-letter file.",
    ({ delivery }) => delivery?.deadLetters,
  ),
  stream(
    "counter",
    "causeway_delivery_reconnects_total",
    "Times the connection to the target was made again.",
    ({ delivery }) => delivery?.reconnects,
  ),
  named("causeway_delivery_dropped_total", "Commands not carried on, by name.", ["reason", TRANSLATED_COMMANDS], (of) => of.dropped),
  named("causeway_delivery_rewritten_total", "Commands rewritten, by name.", ["command", TRANSLATED_COMMANDS], (of) => of.rewritten),
  named(
    "causeway_delivery_untranslated_total",
    "Commands that could not be looked into, by name.",
    ["command", TRANSLATED_COMMANDS],
    (of) => of.untranslated,
  ),
  stream(
    "counter",
    "causeway_delivery_guard_exceeded_total",
    "Records later than the expiry guard, or than a restart in import mode.",
    ({ delivery }) => delivery?.guardExceeded,
  ),
  stream(
    "gauge",
    "causeway_delivery_expiry_guard_seconds",
    "By how much later keys expire in the target; absent in import mode.",
    ({ delivery }) => (delivery?.expiry?.by === "import" ? undefined : seconds(delivery?.expiry?.guardMs)),
  ),
  named("causeway_delivery_skipped_total", "What no command can carry and nobody misses, by what.", ["what", SKIPPED], (of) => of.skipped),
  named(
    "causeway_delivery_unsupported_total",
    "Things that the target cannot hold, by what and why.",
    ["what", []],
    (of) => of.unsupported,
  ),
  named(
    "causeway_delivery_conditions_total",
    "Times the target took no writes, by its own word.",
    ["condition", CONDITION_WORDS],
    (of) => of.conditions,
  ),
];

/** One sample for each word that is known beforehand, and for each that was counted. */
function named(
  name: string,
  help: string,
  [label, words]: readonly [label: string, words: readonly string[]],
  counts: (delivery: DeliveryStatus) => Readonly<Record<string, number>>,
): Metric {
  const samples = (status: GatewayStatus) =>
    status.streams.flatMap(({ id, delivery }) =>
      Object.entries(delivery ? fromZero(words, counts(delivery)) : {}).map(
        ([word, count]): Sample => [{ stream: id, [label]: word }, count],
      ),
    );
  return { name, type: "counter", help, labels: ["stream", label], samples };
}
