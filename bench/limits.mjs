// The machine's own limits, in a process of their own: one line of JSON.
import { readFileSync } from "node:fs";
import { budgets, measure } from "./measure.mjs";
import { kernels } from "./wasm.mjs";

const { quick } = JSON.parse(readFileSync(0, "utf8"));
const budget = quick ? budgets.quick : budgets.full;
const memory = new WebAssembly.Memory({ initial: 1300 });
const { peak, read, square } = kernels(memory);
const sizes = { "1e6": 999_936, "1e7": 9_999_872 };
new Float32Array(memory.buffer).fill(0.5);

/** @returns milliseconds */
const time = async (call) => (await measure(call, budget)).median;
const limits = {};

const steps = 200_000;
limits["SIMD multiply-add, Wasm"] = {
  value: (12 * 8 * steps) / (await time(() => void peak(0, 0, steps))) / 1e6,
  unit: "GFLOP/s",
};
for (const [name, n] of Object.entries(sizes)) {
  const [from, to] = [new Float32Array(n).fill(0.5), new Float32Array(n)];
  const rate = (bytes, milliseconds) => ({ value: bytes / milliseconds / 1e6, unit: "GB/s" });
  limits[`copy of ${name} floats, TypedArray.set`] = rate(8 * n, await time(() => to.set(from)));
  limits[`read of ${name} floats, Wasm`] = rate(4 * n, await time(() => void read(0, 0, n)));
  limits[`x*x + 1 on ${name} floats, Wasm by hand`] = rate(8 * n, await time(() => void square(0, 4 * n, n)));
  limits[`x*x + 1 on ${name} floats, loop in JavaScript`] = rate(
    8 * n,
    await time(() => {
      for (let i = 0; i < n; i++) to[i] = from[i] * from[i] + 1;
    }),
  );
}
const three = Float32Array.of(1, 2, 3);
/** The last sums are kept, so that no compiler leaves out what nobody looks at. */
const sums = new Array(16).fill(three);
let place = 0;
const addThree = () => {
  const sum = new Float32Array(3);
  for (let i = 0; i < 3; i++) sum[i] = three[i] + three[i];
  sums[place++ & 15] = sum;
};
const { fastest } = await measure(addThree, budget);
limits["addition of three floats in new arrays, JavaScript"] = { value: 1000 * fastest, unit: "us" };
if (sums.some((sum) => sum[2] !== 6)) throw new Error("three and three are not six");
console.log(JSON.stringify(limits));
