// The namespaces of the library as the reference shows them: what each is, how it is imported, and on which pages and under
// which headings its functions stand. Functions are sorted into themes by the file that declares them.

/**
 * @typedef {{ title: string, files: readonly string[], page?: string }} Theme `files` are paths below src/ without the
 *   ending; a theme with a `page` has a page of its own
 * @typedef {{ name: string, called: string, line: string, about: string, themes?: readonly Theme[] }} Space
 *   `called` is the prefix by which its names are written, `line` the import
 */

/** @type {readonly Space[]} */
export const spaces = [
  {
    name: "adjoint",
    called: "",
    line: 'import { grad, jit, vmap } from "adjoint";',
    about:
      "The transformations, and what belongs to them. Each takes a function and gives a function, so that they can be applied one after another.",
    themes: [
      { title: "Derivatives", files: ["api/grad", "api/jacobian", "api/jvp", "api/products", "api/stop"] },
      { title: "Derivatives of one's own, and memory", files: ["api/custom", "api/checkpoint", "api/closure"] },
      { title: "Batches and compilation", files: ["api/vmap", "api/jit", "api/jaxpr", "api/lower", "core/print"] },
      {
        title: "Arrays and devices",
        files: ["core/ndarray", "core/struct", "array/slice", "array/show", "api/device"],
      },
      { title: "Settings", files: ["core/config", "runtime/device", "index", "types/shape"] },
      { title: "Primitives", files: ["core/primitive"] },
    ],
  },
  {
    name: "numpy",
    called: "jnp",
    line: 'import * as jnp from "adjoint/numpy";',
    about:
      "NumPy's functions in camel case, on arrays that can be traced. What Python takes as keyword arguments is one object, given last.",
    themes: [
      {
        title: "Making arrays",
        page: "creation",
        files: [
          "array/convert",
          "numpy/creation",
          "numpy/ranges",
          "numpy/grids",
          "numpy/matrices",
          "numpy/fromfunction",
          "numpy/windows",
        ],
      },
      {
        title: "Mathematics",
        page: "mathematics",
        files: [
          "array/arithmetic",
          "numpy/trigonometric",
          "numpy/exponential",
          "numpy/logaddexp",
          "numpy/elementwise",
          "numpy/floats",
          "numpy/integers",
          "numpy/special",
          "numpy/calculus",
          "numpy/convolution",
          "numpy/polynomial",
        ],
      },
      {
        title: "Sums and statistics",
        page: "statistics",
        files: [
          "array/reduction",
          "array/running",
          "array/statistics",
          "numpy/cumulative",
          "numpy/statistics",
          "numpy/extremes",
          "numpy/quantile",
          "numpy/histogram",
          "numpy/nan",
        ],
      },
      {
        title: "Products",
        page: "products",
        files: ["array/contraction", "numpy/products", "numpy/einsum"],
      },
      {
        title: "Shapes, joining and splitting",
        page: "shapes",
        files: [
          "array/shape",
          "array/repeat",
          "numpy/shape",
          "numpy/broadcast",
          "numpy/join",
          "numpy/split",
          "numpy/rearrange",
          "numpy/pad",
          "numpy/edit",
        ],
      },
      {
        title: "Choosing, sorting and sets",
        page: "sorting",
        files: [
          "numpy/choose",
          "numpy/take",
          "numpy/nonzero",
          "numpy/sort",
          "numpy/search",
          "numpy/sets",
          "numpy/unique",
        ],
      },
      {
        title: "Comparison, logic and bits",
        page: "logic",
        files: ["array/comparison", "numpy/comparison", "numpy/bits"],
      },
      {
        title: "Dtypes, printing and functions",
        page: "dtypes",
        files: ["numpy/dtypes", "numpy/printing", "array/printoptions", "numpy/functional"],
      },
    ],
  },
  {
    name: "numpy.linalg",
    called: "jnp.linalg",
    line: 'import * as jnp from "adjoint/numpy";',
    about: "Linear algebra under NumPy's names. Leading axes are batches.",
    themes: [
      { title: "Systems and inverses", files: ["numpy/linalg/solve"] },
      { title: "Decompositions", files: ["numpy/linalg/factors"] },
      { title: "Norms", files: ["numpy/linalg/norms"] },
      { title: "Products", files: ["numpy/linalg/products"] },
    ],
  },
  {
    name: "numpy.fft",
    called: "jnp.fft",
    line: 'import * as jnp from "adjoint/numpy";',
    about: "Discrete Fourier transforms of any length, along any axes, under NumPy's names.",
    themes: [{ title: "Transforms", files: ["numpy/fft/functions"] }],
  },
  {
    name: "lax",
    called: "lax",
    line: 'import * as lax from "adjoint/lax";',
    about:
      "The layer below `numpy`: the operations that programs consist of, as strict about shapes and dtypes as in JAX, and control flow.",
    themes: [
      {
        title: "Control flow",
        page: "control",
        files: [
          "lax/cond",
          "lax/loop",
          "lax/scan",
          "lax/associative",
          "lax/implicit",
          "lax/callback",
          "lax/collective",
        ],
      },
      {
        title: "Element by element",
        page: "elementwise",
        files: [
          "prims/arithmetic",
          "prims/exponential",
          "prims/trigonometric",
          "prims/hyperbolic",
          "prims/rounding",
          "prims/compare",
          "prims/bitwise",
          "prims/special",
          "prims/gamma",
          "lax/elementwise",
        ],
      },
      {
        title: "Arrays",
        page: "arrays",
        files: ["lax/shape", "lax/reduction", "lax/gather", "lax/conv"],
      },
    ],
  },
  {
    name: "lax.linalg",
    called: "lax.linalg",
    line: 'import * as lax from "adjoint/lax";',
    about: "The decompositions as operations of `lax`, with its options.",
  },
  {
    name: "random",
    called: "random",
    line: 'import * as random from "adjoint/random";',
    about:
      "Random numbers from keys, with no hidden state: the same key gives the same numbers, and the bits are JAX's. [Thinking in Adjoint](docs/thinking.md#random-numbers) explains how keys are used.",
    themes: [
      { title: "Keys", files: ["random/key", "random/bits"] },
      { title: "Continuous distributions", files: ["random/uniform", "random/matrices"] },
      { title: "Discrete distributions, choices and permutations", files: ["random/discrete"] },
    ],
  },
  {
    name: "nn",
    called: "nn",
    line: 'import * as nn from "adjoint/nn";',
    about: "Functions of neural networks. Layers and models are yours: plain functions of parameters.",
    themes: [
      { title: "Activations", files: ["nn/activations", "nn/index"] },
      { title: "Softmax and its kin", files: ["nn/normalization"] },
      { title: "Attention", files: ["nn/attention"] },
    ],
  },
  {
    name: "nn.initializers",
    called: "nn.initializers",
    line: 'import * as nn from "adjoint/nn";',
    about: "Functions that make the first values of weights from a key, a shape and a dtype.",
  },
  {
    name: "optim",
    called: "optim",
    line: 'import * as optim from "adjoint/optim";',
    about:
      "Optimizers after optax: transformations of gradients, made of two pure functions, `init` and `update`, that can be chained.",
    themes: [
      { title: "Optimizers", files: ["optim/optimizers"] },
      { title: "Using and combining transformations", files: ["optim/transformation", "optim/wrappers"] },
      { title: "Parts of optimizers", files: ["optim/scaling", "optim/adaptive", "optim/clipping", "optim/additions"] },
      { title: "Schedules", files: ["optim/schedules"] },
      { title: "Losses", files: ["optim/losses"] },
      { title: "Progress of loops", files: ["optim/progress"] },
    ],
  },
  {
    name: "tree",
    called: "tree",
    line: 'import * as tree from "adjoint/tree";',
    about:
      "Trees of arrays: lists, plain objects and registered classes, with arrays and numbers as leaves. The same names are in `treeUtil`, as in JAX.",
    themes: [
      { title: "Functions of trees", files: ["tree/index", "tree/structure"] },
      { title: "Classes as trees", files: ["tree/registry"] },
    ],
  },
  {
    name: "flattenUtil",
    called: "flattenUtil",
    line: 'import { flattenUtil } from "adjoint";',
    about: "A tree of arrays as one vector, and back.",
  },
  {
    name: "scipy.linalg",
    called: "scipy.linalg",
    line: 'import * as scipy from "adjoint/scipy";',
    about: "Linear algebra under SciPy's names.",
  },
  {
    name: "scipy.optimize",
    called: "scipy.optimize",
    line: 'import * as scipy from "adjoint/scipy";',
    about: "Minimising functions.",
  },
  { name: "scipy.sparse", called: "scipy.sparse", line: "", about: "" },
  {
    name: "scipy.sparse.linalg",
    called: "scipy.sparse.linalg",
    line: 'import * as scipy from "adjoint/scipy";',
    about: "Linear systems given by a function that multiplies with the matrix.",
  },
  { name: "scipy", called: "scipy", line: "", about: "" },
  {
    name: "debug",
    called: "debug",
    line: 'import { debug } from "adjoint";',
    about: "Looking into programs: printing while they run, why they were compiled, and where the time goes.",
  },
  {
    name: "debug.checkify",
    called: "debug.checkify",
    line: 'import { debug } from "adjoint";',
    about: "Checks inside compiled programs, whose failures come out as values.",
  },
  {
    name: "testing",
    called: "",
    line: 'import { checkGrads } from "adjoint/testing";',
    about: "For tests: derivatives against finite differences.",
  },
  {
    name: "experimental",
    called: "experimental",
    line: 'import * as experimental from "adjoint/experimental";',
    about: "What may still change: Taylor series, and sparse derivatives.",
  },
  {
    name: "errors",
    called: "errors",
    line: 'import { errors } from "adjoint";',
    about:
      "One class for each kind of failure. [Errors](docs/errors.md) shows each of them with an example and the way out.",
    themes: [
      { title: "All errors", files: ["errors/base", "errors/options"] },
      { title: "While a function is traced", files: ["errors/tracer"] },
      { title: "Wrong use", files: ["errors/usage"] },
    ],
  },
];
