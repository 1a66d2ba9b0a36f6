/** Complex arrays: how they are made, read, printed and stored, and what refuses them. Their numbers: tests/golden/complex. */
import {
  config,
  grad,
  jacfwd,
  jacrev,
  jit,
  numpy as jnp,
  jvp,
  lax,
  makeJaxpr,
  type NDArray,
  repr,
  vmap,
} from "adjoint";
import { afterEach, describe, expect, test } from "vitest";
import { debugText } from "../../src/core/debugtext.ts";
import { hoistConstants } from "../../src/core/jaxpr.ts";
import { parseJaxpr } from "../../src/debug/parse.ts";
import { registry } from "../../src/registry.ts";
import { stage } from "../../src/transforms/stage.ts";

afterEach(() => config.update("enableX64", false));

const z = jnp.array([
  { re: 1, im: 2 },
  { re: 3, im: -1 },
]);
const i = { re: 0, im: 1 };

describe("making and reading", () => {
  test("lists of complex numbers, with real ones and arrays among them", () => {
    expect([z.dtype, z.shape, z.weakType]).toEqual(["complex64", [2], false]);
    expect(z.tolist()).toEqual([
      { re: 1, im: 2 },
      { re: 3, im: -1 },
    ]);
    expect(jnp.array([[i, 2]]).tolist()).toEqual([[i, { re: 2, im: 0 }]]);
    expect(jnp.array([i, jnp.ones(1).sum()]).dtype).toBe("complex64");
    expect(jnp.array(i).weakType).toBe(true);
    expect(jnp.array([1, 2], "complex64").tolist()).toEqual([
      { re: 1, im: 0 },
      { re: 2, im: 0 },
    ]);
    expect(jnp.array(new Float32Array([1, 2]), "complex64").dtype).toBe("complex64");
    expect(() => jnp.array([i], "float32")).toThrow("complex numbers do not fit into an array of float32");
  });

  test("one element, and typed arrays of pairs", () => {
    expect(z.get(1).item()).toEqual({ re: 3, im: -1 });
    expect(z.item(0)).toEqual({ re: 1, im: 2 });
    expect(z.toTypedArray()).toEqual(Float32Array.of(1, 2, 3, -1));
    const bytes = Float32Array.of(1, 2, 3, 4).buffer;
    expect(String(jnp.frombuffer(bytes, "complex64"))).toBe("[1.+2.j 3.+4.j]");
  });

  test("printing is NumPy's and JAX's", () => {
    expect(String(z)).toBe("[1.+2.j 3.-1.j]");
    expect(repr(z)).toBe("Array([1.+2.j, 3.-1.j], dtype=complex64)");
    expect(String(z.get(0))).toBe("(1+2j)");
    expect(repr(jnp.array(i))).toBe("Array(0.+1.j, dtype=complex64, weak_type=True)");
  });

  test("promotion", () => {
    expect(z.add(1.5).dtype).toBe("complex64");
    expect(jnp.arange(2).add(i).dtype).toBe("complex64");
    expect(jnp.array([true]).mul(i).dtype).toBe("complex64");
    config.update("enableX64", true);
    expect(z.add(jnp.array([1, 2], "float64")).dtype).toBe("complex128");
    expect(jnp.array([i]).dtype).toBe("complex128");
  });

  test("arrays that live in the backend's memory", () => {
    const n = 5000;
    const x = lax.complex(jnp.arange(n, { dtype: "float32" }), jnp.ones(n));
    const y = jit((v: NDArray) => v.mul(v).reshape(50, 100).T)(x);
    expect(y.get(7, 3).item()).toEqual({ re: 307 ** 2 - 1, im: 614 });
    expect(jnp.imag(x.sum()).item()).toBe(n);
  });
});

describe("programs", () => {
  const text = (f: (x: NDArray) => unknown, x: NDArray = z): string => String(makeJaxpr(f)(x));

  test("are printed as JAX prints them", () => {
    expect(text((x) => x.mul({ re: 1, im: 2 }).add(2))).toBe(
      "{ lambda ; a:c64[2]. let\n    b:c64[2] = mul a (1+2j):c64[]\n    c:c64[2] = add b (2+0j):c64[]\n  in (c,) }",
    );
    expect(text((x) => jnp.conj(x))).toContain("conj[input_dtype=complex64] a");
    expect(text((x) => lax.complex(jnp.real(x), jnp.imag(x)))).toContain("complex b c");
    expect(text((x) => jnp.fft.irfft(x))).toContain("b:f32[2] = fft[fft_lengths=(2,) fft_type=3] a");
    expect(text((x) => x.notEqual(0))).toContain("ne a 0j:c64[]");
  });

  test("are read back", () => {
    const { jaxpr } = stage(
      ([x]) => [lax.complex(jnp.real(x!.mul({ re: 0.5, im: -2 })), jnp.imag(x!.add(1)))],
      [z.aval],
      "test",
    );
    const source = debugText(hoistConstants(jaxpr));
    expect(source).toContain("(0.5, -2.0):c64[]");
    expect(debugText(parseJaxpr(source, registry).jaxpr)).toBe(source);
  });

  test("results that are operands, literals, or used twice", () => {
    const f = jit((x: NDArray) => [
      x,
      x.T,
      x.neg(),
      jnp.array(i),
      x.neg(),
      jnp.real(x),
      lax.complex(jnp.real(x), jnp.real(x)),
    ]);
    const [same, , negative, literal, again, real, twice] = f(z) as NDArray[];
    expect(String(same)).toBe(String(z));
    expect(String(negative)).toBe("[-1.-2.j -3.+1.j]");
    expect(String(again)).toBe(String(negative));
    expect(literal!.item()).toEqual(i);
    expect(String(real)).toBe("[1. 3.]");
    expect(String(twice)).toBe("[1.+1.j 3.+3.j]");
  });

  test("callbacks get and give complex arrays, under jit and vmap", () => {
    const turn = (x: NDArray): NDArray => lax.pureCallback((v: NDArray) => v.mul(i), x, x);
    expect(String(turn(z))).toBe("[-2.+1.j  1.+3.j]");
    expect(String(jit(turn)(z))).toBe("[-2.+1.j  1.+3.j]");
    const rows = jnp.stack([z, z.neg()]);
    const mapped = vmap((x: NDArray) => lax.pureCallback((v: NDArray) => v.mul(i), x, x, { vmapMethod: "sequential" }));
    expect(String(mapped(rows))).toBe("[[-2.+1.j  1.+3.j]\n [ 2.-1.j -1.-3.j]]");
    expect(String(jit(mapped)(rows))).toBe("[[-2.+1.j  1.+3.j]\n [ 2.-1.j -1.-3.j]]");
  });
});

describe("derivatives", () => {
  test("say what they need", () => {
    expect(() => grad((x: NDArray) => x.sum())(z)).toThrow("grad requires real-valued outputs");
    expect(() => grad((x: NDArray) => x.mul(i))(2)).toThrow("grad requires real-valued outputs");
    expect(() => grad((x: NDArray) => x, { holomorphic: true })(1)).toThrow(
      "grad with holomorphic=True requires inputs with complex dtype, but got float32",
    );
    expect(() => grad((x: NDArray) => jnp.real(x).sum(), { holomorphic: true })(z)).toThrow(
      "grad with holomorphic=True requires outputs with complex dtype",
    );
    expect(() => jacfwd((x: NDArray) => x)(z)).toThrow("jacfwd requires real-valued inputs");
    expect(() => jacrev((x: NDArray) => x)(z)).toThrow("jacrev requires real-valued outputs");
  });

  test("of holomorphic functions are the same along any direction", () => {
    const [, along] = jvp((x: NDArray) => jnp.tanh(x), [z.mul(0.1)], [jnp.ones(2, "complex64")]) as NDArray[];
    const [, across] = jvp((x: NDArray) => jnp.tanh(x), [z.mul(0.1)], [jnp.array([i, i])]) as NDArray[];
    expect(Number(jnp.abs(along!.mul(i).sub(across!)).max().item())).toBeLessThan(1e-6);
  });
});

describe("what is not for complex numbers", () => {
  test("says so", () => {
    const m = jnp.array([
      [i, 1],
      [2, 3],
    ]);
    for (const name of ["cholesky", "qr", "svd", "inv", "eigh", "slogdet", "pinv"] as const)
      expect(() => (jnp.linalg[name] as (x: NDArray) => unknown)(m), name).toThrow(/complex64/);
    expect(jnp.linalg.det(m).item()).toEqual({ re: -2, im: 3 });
    expect(() => jnp.linalg.det(jnp.kron(m, m))).toThrow(/complex64/);
    expect(() => jnp.linalg.solve(m, m)).toThrow(/complex64/);
    expect(() => jnp.floor(z)).toThrow("floor does not accept dtype complex64");
    expect(() => lax.lt(z, z)).toThrow("lt does not accept dtype complex64");
    expect(() => jnp.argmax(z)).toThrow("argmax of complex64 values is not supported");
    expect(() => jnp.fft.rfft(z)).toThrow("only real valued inputs supported for rfft");
    expect(() => lax.real(jnp.ones(2))).toThrow("real does not accept dtype float32");
    expect(() => lax.complex(jnp.ones(2, "int32"), jnp.ones(2, "int32"))).toThrow(
      "complex does not accept dtype int32",
    );
  });

  test("lengths and axes of transforms are checked", () => {
    const x = jnp.ones([3, 4]);
    expect(() => jnp.fft.fft(x, 0)).toThrow("Shape should be positive.");
    expect(() => jnp.fft.fft(x, { axis: 2 })).toThrow("axis 2 is out of bounds for array of dimension 2");
    expect(() => jnp.fft.fft(x, { norm: "both" as never })).toThrow("Invalid norm value both");
    expect(() => jnp.fft.rfftn(x, { axes: [0, 0] })).toThrow("rfftn does not support repeated axes. Got axes (0, 0).");
    expect(() => jnp.fft.fft2(x, { axes: [0] })).toThrow("fft2 only supports 2 axes. Got axes = (0,).");
    expect(() => jnp.fft.fftn(x, { s: [2], axes: [0, 1] })).toThrow("Shape and axes have different lengths.");
    expect(() => lax.fft(x, "FFT", [3])).toThrow(
      "FFT input shape (3, 4) minor dimensions must be equal to fft_lengths (3,)",
    );
    expect(jnp.fft.fft(jnp.ones(0)).shape).toEqual([0]);
  });
});
