/**
 * What units of a snapshot are gathered in. A buffer is used again once its unit is committed: the target has answered EXEC, so that it has read
 * all of it. A fresh one for each unit would be most of what the garbage collector has to do. There are as many as units are under way.
 */

/**
 * With smaller units the target waits for us: each costs a round trip, for its guard. Larger ones cost the target more: it holds all arguments
 * until EXEC.
 */
export const UNIT_BYTES = 128 * 1024;
/** With room for the value that fills it. */
export const UNIT_BUFFER_BYTES = UNIT_BYTES + 16 * 1024;

export class UnitBuffers {
  readonly #free: Buffer[] = [];

  take(): Buffer {
    return this.#free.pop() ?? Buffer.allocUnsafeSlow(UNIT_BUFFER_BYTES);
  }

  give(buffers: readonly Buffer[]): void {
    this.#free.push(...buffers);
  }
}
