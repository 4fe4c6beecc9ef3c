/** Tasks that end together, inside something that lives longer. */
import { setMaxListeners } from "node:events";

/**
 * A scope inside `parent`: aborted with it and for its reason, or alone. `release` cuts the tie, so that a long-lived parent does not collect
 * listeners (AbortSignal.any keeps them in Node 20).
 */
export class Scope {
  readonly #parent: AbortSignal;
  readonly #controller = new AbortController();
  readonly #abort = () => this.#controller.abort(this.#parent.aborted ? this.#parent.reason : undefined);

  constructor(parent: AbortSignal) {
    this.#parent = parent;
    setMaxListeners(0, this.#controller.signal);
    if (parent.aborted) this.#abort();
    else parent.addEventListener("abort", this.#abort, { once: true });
  }

  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  abort(): void {
    this.#abort();
  }

  release(): void {
    this.#parent.removeEventListener("abort", this.#abort);
    this.#abort();
  }
}

/** Runs tasks side by side; the first that fails aborts the scope for all. Throws that failure once every task has ended. */
export async function allInScope(scope: Scope, tasks: readonly Promise<void>[]): Promise<void> {
  let failure: { readonly error: unknown } | undefined;
  const guard = async (task: Promise<void>) => {
    try {
      await task;
    } catch (error) {
      failure ??= { error };
      scope.abort();
    }
  };
  await Promise.all(tasks.map(guard));
  if (failure) throw (failure as { error: unknown }).error;
}
