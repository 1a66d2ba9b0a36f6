/** The error in units in the last place; `floor` is the least magnitude whose unit counts. */
export function ulps(got: number, want: number, dtype: string, floor: number): number {
  if (Object.is(got, want)) return 0;
  if (want === 0 || !Number.isFinite(want) || !Number.isFinite(got)) return Infinity;
  const [digits, lowest] = dtype === "float32" ? [23, -126] : [52, -1022];
  const exponent = Math.max(lowest!, Math.floor(Math.log2(Math.max(Math.abs(want), floor))));
  return Math.abs(got - want) / 2 ** (exponent - digits!);
}
