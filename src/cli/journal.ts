/** `causeway journal ls` and `show`: what the files of a data folder hold. Read-only; the gateway may run meanwhile. */
import { GatewayError, wrapError } from "../errors.ts";
import { readDataFolder, readRecords, type StoredHistory } from "../journal/contents.ts";
import type { Offset } from "../stream/position.ts";
import { decodePayload, type RecordHeader } from "../stream/record.ts";
import { dataFolderOf } from "../topology/region-view.ts";
import { didYouMean } from "../topology/suggest.ts";
import { type Environment, loadTopology } from "../topology/topology.ts";
import { CommandReader, commandText, type ReadCommand } from "./command-text.ts";
import { ExitCode } from "./exit-codes.ts";
import { type HistoryEnd, renderCommand, renderContents, renderContentsJson } from "./render-journal.ts";
import type { Terminal } from "./terminal.ts";

export type JournalOptions = {
  readonly data?: string;
  readonly config?: string;
  readonly region?: string;
  readonly json?: boolean;
};

export type ShowOptions = JournalOptions & {
  readonly stream?: string;
  readonly history?: string;
  /** Decimal offset, or an ISO time. */
  readonly from?: string;
  readonly limit?: string;
  readonly values?: boolean;
};

const DEFAULT_LIMIT = 50;

/** Throws CONFIG_INVALID. */
export async function listJournal(options: JournalOptions, env: Environment, terminal: Terminal): Promise<number> {
  const histories = await storedHistories(options, env);
  const ends = await Promise.all(histories.map(endOf));
  terminal.write(options.json ? renderContentsJson(histories, ends) : renderContents(histories, ends, terminal.color));
  return ends.some(({ problem }) => problem !== undefined) ? ExitCode.unhealthy : ExitCode.ok;
}

/** Throws CONFIG_INVALID. Damage ends it, with exit code 1, behind what could be read. */
export async function showJournal(options: ShowOptions, env: Environment, terminal: Terminal): Promise<number> {
  const history = chooseHistory(await storedHistories(options, env), options);
  const start = startOf(options.from);
  const limit = limitOf(options.limit);
  const values = options.values === true;
  let shown = 0;
  try {
    for await (const { command, header } of commandsOf(history, start)) {
      if (terminal.interrupted.aborted) return ExitCode.ok;
      if (shown === limit) {
        terminal.writeError(`causeway: stopped after ${limit}: --from ${command.offset} goes on, --limit shows more\n`);
        return ExitCode.ok;
      }
      terminal.write(renderCommand({ command, header, text: commandText(command, values), values, json: options.json === true }));
      shown++;
    }
  } catch (cause) {
    if (!(cause instanceof GatewayError)) throw cause;
    terminal.writeError(`causeway: ${history.stream}: what follows cannot be read: ${cause.message}\n`);
    return ExitCode.unhealthy;
  }
  if (shown === 0) terminal.writeError(`causeway: ${history.stream} holds nothing from there on\n`);
  return ExitCode.ok;
}

async function storedHistories({ data, config, region }: JournalOptions, env: Environment): Promise<readonly StoredHistory[]> {
  if (data === undefined && (config === undefined || region === undefined)) {
    throw new GatewayError("CONFIG_INVALID", "say whose journal: --config and --region, or --data with the folder");
  }
  const folder = data ?? dataFolderOf(loadTopology(config ?? "", env), region ?? "");
  try {
    return await readDataFolder(folder);
  } catch (cause) {
    if (cause instanceof GatewayError && cause.code === "JOURNAL_IO") throw new GatewayError("CONFIG_INVALID", cause.message, { cause });
    throw cause;
  }
}

/** The newest history of the stream that is meant. */
function chooseHistory(histories: readonly StoredHistory[], { stream, history }: ShowOptions): StoredHistory {
  const streams = [...new Set(histories.map((stored) => stored.stream))];
  if (stream !== undefined && !streams.includes(stream as StoredHistory["stream"])) {
    throw new GatewayError(
      "CONFIG_INVALID",
      `stream ${stream} is not stored here (known: ${streams.join(", ")})${didYouMean(stream, streams)}`,
    );
  }
  if (stream === undefined && streams.length > 1) {
    throw new GatewayError("CONFIG_INVALID", `several streams are stored here: say which with --stream (${streams.join(", ")})`);
  }
  const found = histories
    .filter((stored) => stream === undefined || stored.stream === stream)
    .findLast((stored) => history === undefined || stored.history.startsWith(history));
  if (found) return found;
  throw new GatewayError("CONFIG_INVALID", history === undefined ? "nothing is stored here" : `no history begins with ${history}`);
}

type Start = { readonly offset: bigint; readonly readAtMs: number };

function startOf(from: string | undefined): Start {
  if (from === undefined) return { offset: 0n, readAtMs: 0 };
  if (/^\d+$/.test(from)) return { offset: BigInt(from), readAtMs: 0 };
  const readAtMs = Date.parse(from);
  if (Number.isNaN(readAtMs))
    throw new GatewayError("CONFIG_INVALID", `--from ${from} is neither an offset nor a time like 2026-01-31T12:00:00Z`);
  return { offset: 0n, readAtMs };
}

function limitOf(limit: string | undefined): number {
  if (limit === undefined) return DEFAULT_LIMIT;
  const number = Number(limit);
  if (!Number.isInteger(number) || number < 1) throw new GatewayError("CONFIG_INVALID", `--limit ${limit} is not a whole number above 0`);
  return number;
}

type Found = { readonly command: ReadCommand; readonly header: RecordHeader };

/** Segments begin between commands, so reading begins at the one that holds the start. */
async function* commandsOf({ segments }: StoredHistory, start: Start): AsyncGenerator<Found> {
  const holds = ({ first, firstReadAtMs = 0 }: StoredHistory["segments"][number]) =>
    start.readAtMs > 0 ? firstReadAtMs <= start.readAtMs : first <= start.offset;
  for (const { path, db } of segments.slice(Math.max(0, segments.findLastIndex(holds)))) {
    const reader = new CommandReader({ db });
    for await (const { header, record } of readRecords(path)) {
      for (const command of reader.read(decodePayload(record, header), header.from)) {
        if (command.offset >= start.offset && header.readAtMs >= start.readAtMs) yield { command, header };
      }
    }
  }
}

/** Of the records; without any, where the first would begin. */
async function endOf({ segments, snapshots }: StoredHistory): Promise<HistoryEnd> {
  const last = segments.at(-1);
  let end: Offset | undefined = last?.first ?? snapshots.at(-1)?.offset;
  let readAtMs: number | undefined;
  if (last === undefined) return { offset: end };
  try {
    for await (const { header } of readRecords(last.path)) {
      end = header.to;
      readAtMs = header.readAtMs;
    }
    return { offset: end, readAtMs };
  } catch (cause) {
    return { offset: end, readAtMs, problem: wrapError("RECORD_MALFORMED", last.path, cause).message };
  }
}
