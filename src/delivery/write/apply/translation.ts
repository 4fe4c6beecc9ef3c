/** What becomes of a command on its way to the target. */
import { encodeWordCount } from "../../../resp/encode.ts";

export type Translation =
  | { readonly kind: "pass" }
  | { readonly kind: "drop"; readonly name: string }
  | { readonly kind: "rewrite"; readonly name: string; readonly pieces: readonly Buffer[] }
  /** The same command with a guarded expiry. */
  | { readonly kind: "guard"; readonly pieces: readonly Buffer[] }
  /** Passes, if it may. */
  | { readonly kind: "flush"; readonly name: string }
  /** Passes, whatever it does. */
  | { readonly kind: "script"; readonly name: string }
  /** Passes; what was in database 0 is now in `other`. */
  | { readonly kind: "swap-from-zero"; readonly other: number };

export const PASS: Translation = { kind: "pass" };

export type TranslateOptions = {
  /** When the command was read from the master. */
  readonly readAtMs: number;
  /** By how much later keys expire in the target. */
  readonly guardMs: number;
};

export function rewrite(name: string, total: number, body: readonly Buffer[]): Translation {
  return { kind: "rewrite", name, pieces: [encodeWordCount(total), ...body] };
}
