/**
 * Puts the snapshot's function libraries in the place of the target's, in one unit: FUNCTION FLUSH and all loads commit together, so no
 * call in between finds them missing and no left-over library can hold a function's name.
 */
import { GatewayError } from "../../../errors.ts";
import { encodeCommand } from "../../../resp/encode.ts";
import { targetError } from "../target/target.ts";
import type { LoadOptions } from "./loading.ts";

const FIRST_VERSION_WITH_FUNCTIONS = 700;
/** All libraries together; they are source texts. */
const MAX_SOURCE_BYTES = 64 * 1024 * 1024;

export class FunctionLoader {
  readonly #options: LoadOptions;
  readonly #sources: Buffer[] = [];
  #sourceBytes = 0;
  #endsAt = 0;
  #loaded = false;

  constructor(options: LoadOptions) {
    this.#options = options;
  }

  /** `load` has been called: what comes now would be too late. */
  get loaded(): boolean {
    return this.#loaded;
  }

  get count(): number {
    return this.#sources.length;
  }

  /** `endsAt`: RDB offset after the library. Throws RDB_UNSUPPORTED when there are too many. */
  add(source: Buffer, endsAt: number): void {
    if (this.#loaded) throw new GatewayError("RDB_MALFORMED", "an RDB is malformed: a function library comes after a key");
    const { target, resumeAt, losses, snapshot } = this.#options;
    if (target.facts.versionNumber < FIRST_VERSION_WITH_FUNCTIONS) {
      // What an earlier attempt has committed was told then.
      if (endsAt > resumeAt)
        losses.add({ what: "a function library", why: "functions", db: 0, key: undefined }, { within: snapshot.info.id, endsAt });
      return;
    }
    this.#sourceBytes += source.length;
    if (this.#sourceBytes > MAX_SOURCE_BYTES) {
      throw new GatewayError("RDB_UNSUPPORTED", `the snapshot's function libraries have more than ${MAX_SOURCE_BYTES} bytes`);
    }
    this.#sources.push(Buffer.from(source));
    this.#endsAt = endsAt;
  }

  /** Submits the unit, unless an earlier attempt committed it or there is nothing to put and nothing to remove. */
  async load(signal: AbortSignal): Promise<void> {
    if (this.#loaded) return;
    this.#loaded = true;
    const { writer, resumeAt, checkpointAt } = this.#options;
    if (this.#endsAt > 0 && this.#endsAt <= resumeAt) return;
    if (this.#sources.length === 0 && !(await this.#targetHasFunctions())) return;
    await writer.ready(signal);
    if (signal.aborted) return;
    const commands = [
      encodeCommand("FUNCTION", "FLUSH"),
      ...this.#sources.map((source) => encodeCommand("FUNCTION", "LOAD", "REPLACE", source)),
    ];
    // Without libraries nothing of the RDB was loaded: the position stays where it was.
    const checkpoint = checkpointAt(Math.max(this.#endsAt, resumeAt));
    writer.submit({ db: 0, pieces: commands, commands: commands.length, checkpoint, explain: () => "a function library of the snapshot" });
  }

  async #targetHasFunctions(): Promise<boolean> {
    const { control, facts } = this.#options.target;
    if (facts.versionNumber < FIRST_VERSION_WITH_FUNCTIONS) return false;
    try {
      return ((await control.call("FUNCTION", "LIST")) as readonly unknown[]).length > 0;
    } catch (cause) {
      throw targetError(cause);
    }
  }
}
