/**
 * Complex programs become real ones, since kernels and backends know real numbers only: each complex variable is replaced by
 * two, its real and its imaginary plane. How a primitive acts on them is its own key `complex`. The programs that primitives
 * carry are split when they are lowered.
 */
import { type Atom, type Equation, type Jaxpr, Literal, makeJaxprData, Var } from "../core/jaxpr.ts";
import type { Lowering, Planes } from "../core/primitive.ts";
import { DTypeError } from "../errors/index.ts";
import type { Aval } from "../types/aval.ts";
import { isComplex, partsOf, realDType } from "../types/dtype.ts";

const isComplexAtom = ({ aval }: Atom): boolean => isComplex(aval.dtype);

/** Whether an equation has complex operands or results. */
export function isComplexEquation({ inputs, outputs }: Equation): boolean {
  return inputs.some(isComplexAtom) || outputs.some(isComplexAtom);
}

const avalsOf = (atoms: readonly Atom[]): Aval[] => atoms.map((a) => a.aval);

const realAval = (aval: Aval): Aval => ({ ...aval, dtype: realDType(aval.dtype) });

/** A flat program without complex numbers: operands and results that were complex are two, plane by plane. */
export function splitComplex(jaxpr: Jaxpr): Jaxpr {
  const { inputs, equations, outputs } = jaxpr;
  if (![...inputs, ...outputs].some(isComplexAtom) && !equations.some(isComplexEquation)) return jaxpr;
  const environment = new Map<Atom, readonly Atom[]>();
  const read = (atom: Atom): readonly Atom[] => {
    if (!isComplexAtom(atom)) return [atom];
    if (atom instanceof Var) return environment.get(atom)!;
    return partsOf(atom.value).map((x) => new Literal(x, realAval(atom.aval)));
  };
  const define = (v: Var): readonly Var[] => {
    if (!isComplexAtom(v)) return [v];
    const planes = [new Var(realAval(v.aval)), new Var(realAval(v.aval))];
    environment.set(v, planes);
    return planes;
  };
  const split = (equation: Equation): Equation[] => {
    if (!isComplexEquation(equation)) return [equation];
    const { primitive, params } = equation;
    const operands = equation.inputs.map(read);
    const results = equation.outputs.map(define);
    // biome-ignore lint/suspicious/noExplicitAny: equations hold parameters of every type
    const whole = (lower: Lowering<any>): Equation[] => [
      // The copy of a function's properties lacks its name.
      {
        ...equation,
        primitive: { ...primitive, name: primitive.name, lower },
        inputs: operands.flat(),
        outputs: results.flat(),
      },
    ];
    const { complex } = primitive;
    if (complex === "planes") {
      return [0, 1].map((plane) => ({
        ...equation,
        inputs: operands.map((planes) => planes[plane] ?? planes[0]!),
        outputs: results.map((planes) => planes[plane]!),
      }));
    }
    if (typeof complex === "function") {
      return whole({
        kind: "map",
        expr: (b, xs) => {
          let next = 0;
          const pairs = operands.map((planes): Planes => {
            const re = xs[next++]!;
            return [re, planes.length === 2 ? xs[next++]! : b.like(0, re)];
          });
          const [re, im] = complex(b, pairs, params);
          return im === undefined ? re! : [re!, im];
        },
      });
    }
    if (complex !== undefined && "lower" in complex) {
      return whole(complex.lower(params, avalsOf(equation.inputs), avalsOf(equation.outputs)));
    }
    const { dtype } = [...equation.inputs, ...equation.outputs].find(isComplexAtom)!.aval;
    throw new DTypeError({
      what: `${primitive.name} of ${dtype} values is not supported`,
      fix: "compute with the real and the imaginary part: jnp.real(x), jnp.imag(x)",
    });
  };
  const planes = inputs.flatMap(define);
  const real = equations.flatMap(split);
  return makeJaxprData([], planes, real, outputs.flatMap(read));
}
