/** Runs `check` on the whole input, on every way of cutting it in two, and byte by byte. */
export function forEverySplit(input: Buffer, check: (chunks: readonly Buffer[]) => void): void {
  check([input]);
  for (let cut = 1; cut < input.length; cut++) check([input.subarray(0, cut), input.subarray(cut)]);
  check(Array.from(input, (_, index) => input.subarray(index, index + 1)));
}
