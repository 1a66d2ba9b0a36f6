// Loops in WebAssembly SIMD, assembled by hand: what the machine can do at best, for comparison.

const unsigned = (n) => (n < 128 ? [n] : [(n & 127) | 128, ...unsigned(n >>> 7)]);
const signed = (n) => (n >= -64 && n < 64 ? [n & 127] : [(n & 127) | 128, ...signed(n >> 7)]);
const vector = (parts) => [...unsigned(parts.length), ...parts.flat()];
const section = (id, parts) => {
  const body = vector(parts);
  return [id, ...unsigned(body.length), ...body];
};
const text = (name) => vector([...name].map((c) => [c.charCodeAt(0)]));

const [i32, v128] = [0x7f, 0x7b];
const get = (local) => [0x20, local];
const set = (local) => [0x21, local];
const constant = (n) => [0x41, ...signed(n)];
const simd = (code) => [0xfd, ...unsigned(code)];
const load = (offset) => [...simd(0), 4, ...unsigned(offset)];
const store = (offset) => [...simd(11), 4, ...unsigned(offset)];
const [add, multiply, splat] = [simd(228), simd(230), simd(19)];
const number = (x) => [0x43, ...new Uint8Array(Float32Array.of(x).buffer), ...splat];
const advance = (local, bytes) => [...get(local), ...constant(bytes), 0x6a, ...set(local)];

/** Repeats while the counter, less `by` each time, is not zero. */
const repeat = (counter, by, body) => [
  ...[0x03, 0x40],
  ...body,
  ...[...get(counter), ...constant(-by), 0x6a, 0x22, counter],
  ...[0x0d, 0, 0x0b],
];

const lanes = (count, body) => Array.from({ length: count }, (_, k) => body(k)).flat();

// Parameters: from, to, elements (or trips); locals after them: vectors, the first two of them 0.5 and 1.
const [from, to, counter, half, one, first] = [0, 1, 2, 3, 4, 5];

/** The number of accumulators, and the code. */
const functions = {
  // acc = acc * 0.5 + 1 on twelve independent vectors: enough to keep two units of either kind busy.
  peak: [
    12,
    repeat(
      counter,
      1,
      lanes(12, (k) => [...get(first + k), ...get(half), ...multiply, ...get(one), ...add, ...set(first + k)]),
    ),
  ],
  read: [
    8,
    repeat(counter, 32, [
      ...lanes(8, (k) => [...get(first + k), ...get(from), ...load(16 * k), ...add, ...set(first + k)]),
      ...advance(from, 128),
    ]),
  ],
  square: [
    1,
    repeat(counter, 32, [
      ...lanes(8, (k) => [
        ...[...get(to), ...get(from), ...load(16 * k), 0x22, first, ...get(first), ...multiply, ...get(one), ...add],
        ...store(16 * k),
      ]),
      ...advance(from, 128),
      ...advance(to, 128),
    ]),
  ],
};

/** The sum of the accumulators, so that no compiler drops them. */
const total = (count) => [...lanes(count, (k) => [...get(first + k), ...(k > 0 ? add : [])]), ...simd(31), 0];

/** @param {WebAssembly.Memory} memory */
export function kernels(memory) {
  const names = Object.keys(functions);
  const bytes = [
    ...[0, 0x61, 0x73, 0x6d, 1, 0, 0, 0],
    ...section(1, [[0x60, 3, i32, i32, i32, 1, 0x7d]]),
    ...section(2, [[...text("m"), ...text("m"), 2, 0, 1]]),
    ...section(
      3,
      names.map(() => [0]),
    ),
    ...section(
      7,
      names.map((name, i) => [...text(name), 0, i]),
    ),
    ...section(
      10,
      names.map((name) => {
        const [count, code] = functions[name];
        const constants = [...number(0.5), ...set(half), ...number(1), ...set(one)];
        const body = [...vector([[count + 2, v128]]), ...constants, ...code, ...total(count), 0x0b];
        return [...unsigned(body.length), ...body];
      }),
    ),
  ];
  return new WebAssembly.Instance(new WebAssembly.Module(new Uint8Array(bytes)), { m: { m: memory } }).exports;
}
