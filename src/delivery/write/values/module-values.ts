/**
 * Which modules' values a target takes. Nothing but its own answer tells (`Target.takesValue`): it may lack the module, or have another
 * version of it. Asked once for each kind. Pure.
 */

/** A value begins with its module's name and version in eight bytes, behind a length byte. */
const ID_BYTES = 9;

/** By the module's id. */
export type ModuleAnswers = Map<string, boolean>;

/** Of a kind of values that the target has not been tried with. */
export type ModuleQuestion = { readonly id: string; readonly payload: Buffer };

export function moduleIdOf(value: readonly Buffer[]): string {
  return Buffer.concat(value).toString("latin1", 0, ID_BYTES);
}
