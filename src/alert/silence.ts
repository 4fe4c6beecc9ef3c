/** Silences: what a person does not want to hear of until a given time. The alert is still counted, listed and logged. Pure. */
import type { Subject } from "./rules.ts";

export type Silence = {
  readonly id: string;
  /** All that are given must be equal; none of them: everything. */
  readonly rule?: string;
  readonly stream?: string;
  readonly peer?: string;
  readonly untilMs: number;
  /** Who asked for it, and why. */
  readonly by: string;
  readonly comment: string;
};

export function isSilenced(silences: readonly Silence[], rule: string, { stream, peer }: Subject, nowMs: number): boolean {
  return silences.some(
    (silence) =>
      silence.untilMs > nowMs &&
      (silence.rule === undefined || silence.rule === rule) &&
      (silence.stream === undefined || silence.stream === stream) &&
      (silence.peer === undefined || silence.peer === peer),
  );
}
