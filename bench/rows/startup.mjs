// What a program pays before it computes: loading the library, and downloading it.
const bundle = (name, programs) => ({ name, family: "Startup", unit: "kB", kind: "size", programs });

const four = (library) => `import { grad, numpy } from "${library}";
const f = (x) => numpy.subtract(numpy.add(numpy.multiply(x, x), 1), numpy.divide(1, x));
console.log(String(grad(f)(2)));`;
const all = (library) => `import { grad, numpy } from "${library}"; Object.assign(globalThis, { grad, numpy });`;
const everything = (library) => `import * as library from "${library}"; Object.assign(globalThis, { library });`;
const jaxjs = "@jax-js/jax";

export const rows = [
  {
    name: "import",
    family: "Startup",
    unit: "ms",
    kind: "import",
    adjoint: true,
    jaxjs: true,
    tfjs: true,
    numpy: "-",
    jax: "-",
  },
  bundle("bundle: grad and four operations", { adjoint: four("adjoint"), jaxjs: four(jaxjs) }),
  bundle("bundle: grad and all of numpy", { adjoint: all("adjoint"), jaxjs: all(jaxjs) }),
  bundle("bundle: everything", {
    adjoint: everything("adjoint"),
    jaxjs: everything(jaxjs),
    tfjs: `${everything("@tensorflow/tfjs")} import "@tensorflow/tfjs-backend-wasm";`,
  }),
];
