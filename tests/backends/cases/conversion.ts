/** Programs of one map that change types: casts, bitcasts, selects by conditions, constants. */
import type { DType, TypedArray } from "../../../src/types/dtype.ts";
import {
  edges,
  elementwise,
  filled,
  numberDTypes,
  type ProgramCase,
  programCase,
  storedDTypes,
  wild,
} from "../sketch.ts";

const castableFloats = [
  0,
  -0,
  0.5,
  -0.5,
  0.99,
  -0.99,
  1,
  -1,
  1.5,
  -1.5,
  2.5,
  3.99,
  -3.99,
  126.9,
  127,
  127.9,
  128,
  -128,
  -128.9,
  -129,
  255,
  255.5,
  256,
  32767.5,
  32768,
  -32769,
  65535.9,
  65536,
  2147483520,
  2147483648,
  -2147483648,
  -2147483904,
  4294967040,
  4294967296,
  9.2e18,
  2 ** 63,
  -(2 ** 63),
  1.8446742974197924e19,
  2 ** 64,
  -1e19,
  1e20,
  1e30,
  -1e30,
  1e-40,
  Infinity,
  -Infinity,
  NaN,
  16777217,
  123456.789,
  -98765.4321,
];

function castCases(): ProgramCase[] {
  const list: ProgramCase[] = [];
  for (const from of storedDTypes) {
    const values =
      from === "float32" || from === "float64"
        ? filled(from, castableFloats)
        : from === "bool"
          ? wild("bool", 21)
          : filled(from, [...edges(from), ...wild(from, 37, 5)]);
    for (const to of storedDTypes) {
      if (to === from) continue;
      list.push(elementwise(`cast ${from} to ${to}`, [[from, values]], (b, x) => b.cast(x!, to)));
    }
  }
  // Wide integers become float32 in one rounding.
  const awkward = [
    0x20000020000001n,
    0x7fffffbfffffffffn,
    0x4000004000000001n,
    0x4000003fffffffffn,
    0x1000001n,
    0x1000003n,
    0x800000c00000000n,
  ];
  list.push(
    elementwise(
      "cast int64 to float32 at halfway points",
      [["int64", [...awkward, ...awkward.map((v) => -v)]]],
      (b, x) => b.cast(x!, "float32"),
    ),
  );
  list.push(
    elementwise(
      "cast uint64 to float32 at halfway points",
      [["uint64", [...awkward, 0xffffff7fffffffffn, 0xffffff8000000000n]]],
      (b, x) => b.cast(x!, "float32"),
    ),
  );
  for (const [a, c] of [
    ["float32", "int32"],
    ["float32", "uint32"],
    ["int32", "uint32"],
    ["float64", "int64"],
    ["float64", "uint64"],
    ["int64", "uint64"],
    ["int16", "uint16"],
    ["int8", "uint8"],
  ] as const) {
    const numbers = (d: DType): TypedArray =>
      d === "float32" || d === "float64"
        ? filled(
            d,
            [...edges(d)].filter((v) => !Number.isNaN(Number(v))),
          )
        : wild(d, 37, 8);
    list.push(elementwise(`bitcast ${a} to ${c}`, [[a, numbers(a)]], (b, x) => b.bitcast(x!, c)));
    const bits = a === "float32" || a === "float64" ? filled(c, bitsOf(a, numbers(a))) : wild(c, 37, 9);
    list.push(elementwise(`bitcast ${c} to ${a}`, [[c, bits]], (b, x) => b.bitcast(x!, a)));
  }
  return list;
}

/** The bits of floats, as integers: so that no NaN travels through an integer. */
function bitsOf(dtype: "float32" | "float64", data: TypedArray): (number | bigint)[] {
  const { buffer } = data;
  return dtype === "float32" ? [...new Int32Array(buffer)] : [...new BigInt64Array(buffer)];
}

function selectCases(): ProgramCase[] {
  const list: ProgramCase[] = [];
  for (const dtype of storedDTypes) {
    const x = wild(dtype, 37, 31);
    const y = wild(dtype, 37, 32);
    list.push(
      elementwise(
        `select ${dtype}`,
        [
          ["bool", wild("bool", 37, 30)],
          [dtype, x],
          [dtype, y],
        ],
        (b, c, u, v) => b.select(c!, u!, v!),
      ),
    );
    for (const by of ["float32", "float64", "uint8", "int64"] as const) {
      list.push(
        elementwise(
          `select ${dtype} by comparison of ${by}`,
          [
            [by, wild(by, 37, 33)],
            [by, wild(by, 37, 34)],
            [dtype, x],
            [dtype, y],
          ],
          (b, p, q, u, v) => b.select(b.lt(p!, q!), u!, v!),
        ),
      );
    }
    list.push(
      elementwise(`select ${dtype} between constants`, [["bool", wild("bool", 33, 35)]], (b, c) =>
        b.select(c!, b.constant(1, dtype), b.constant(0, dtype)),
      ),
    );
  }
  list.push(
    elementwise(
      "logic of comparisons of different widths",
      [
        ["float32", wild("float32", 37, 36)],
        ["float64", wild("float64", 37, 37)],
        ["int8", wild("int8", 37, 38)],
      ],
      (b, x, y, z) => {
        const p = b.gt(x!, b.like(0, x!));
        const q = b.lt(y!, b.like(1, y!));
        const r = b.ne(z!, b.like(0, z!));
        return b.or(b.and(p, q), b.binary("xor", b.not(r), q));
      },
    ),
  );
  list.push(
    elementwise(
      "select of a bool by a bool, used as a number",
      [
        ["bool", wild("bool", 37, 1)],
        ["bool", wild("bool", 37, 2)],
      ],
      (b, p, q) => b.add(b.cast(b.select(p!, q!, b.not(q!)), "float32"), b.cast(p!, "float32")),
    ),
  );
  return list;
}

function constantCases(): ProgramCase[] {
  const list: ProgramCase[] = [];
  for (const dtype of storedDTypes) {
    const values = [...edges(dtype)];
    for (const v of values.filter((x, i) => values.findIndex((y) => Object.is(x, y)) === i)) {
      const text = Object.is(v, -0) ? "-0" : String(v);
      list.push(
        programCase(
          `constant ${text} ${dtype}`,
          (s) => s.map([5], [s.output(dtype, 5), s.at([1]), s.b.constant(v, dtype)]),
          { expected: [filled(dtype, new Array(5).fill(v))] },
        ),
      );
    }
  }
  for (const dtype of numberDTypes) {
    list.push(
      programCase(
        `loop variables as ${dtype}`,
        (s) => {
          const value = s.b.cast(s.b.add(s.b.mul(s.b.index(0), s.b.int(7)), s.b.index(1)), dtype);
          s.map([5, 7], [s.output(dtype, 35), s.at([7, 1]), value]);
        },
        {
          expected: [
            filled(
              dtype,
              Array.from({ length: 35 }, (_, i) => i),
            ),
          ],
        },
      ),
    );
  }
  return list;
}

export const conversionCases: readonly ProgramCase[] = [...castCases(), ...selectCases(), ...constantCases()];
