// The modules that a cell can import: the library by its names, and what lies beside the notebooks. Each is a chunk of its
// own that is loaded when the first cell asks for it.

type Load = () => Promise<unknown>;

const library: Readonly<Record<string, Load>> = {
  adjoint: () => import("adjoint"),
  "adjoint/numpy": () => import("adjoint/numpy"),
  "adjoint/lax": () => import("adjoint/lax"),
  "adjoint/random": () => import("adjoint/random"),
  "adjoint/nn": () => import("adjoint/nn"),
  "adjoint/optim": () => import("adjoint/optim"),
  "adjoint/scipy": () => import("adjoint/scipy"),
  "adjoint/experimental": () => import("adjoint/experimental"),
  "adjoint/tree": () => import("adjoint/tree"),
  "adjoint/testing": () => import("adjoint/testing"),
};

const beside = Object.fromEntries(
  Object.entries(import.meta.glob(["../../notebooks/data/*.mjs", "../../notebooks/plot/*.mjs"])).map(([path, load]) => [
    path.replace("../../notebooks/", "./"),
    load,
  ]),
);

/** Every module that a cell can import, by the name it is imported by. */
export const modules: Readonly<Record<string, Load>> = { ...library, ...beside };
