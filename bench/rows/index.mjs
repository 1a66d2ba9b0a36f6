// All rows, in the order of the table. A row has a name, a family, a unit, `inputs()` as {data, shape}, what the result must
// be (`expect` or `verify`, see check.mjs), and for each library a function of (library, inputs) that gives the call to be
// timed: `adjoint`, `jaxjs`, `tfjs`, `javascript` (by hand); for Python the body of such a function: `numpy`, `jax`. What is missing is not run.
//
//   kind    "cold": the first call in a new process; "loop": {state, step}, run `steps` times; "import"; "size"
//   needs   names that this library must have; if one is missing, the table says which
//   flops, bytes   what a call computes or moves, for the rate beside the time
import { rows as convolution } from "./convolution.mjs";
import { rows as dispatch } from "./dispatch.mjs";
import { rows as elementwise } from "./elementwise.mjs";
import { rows as linear } from "./linear.mjs";
import { rows as logistic } from "./logistic.mjs";
import { rows as loops } from "./loops.mjs";
import { rows as matmul } from "./matmul.mjs";
import { rows as mlp } from "./mlp.mjs";
import { rows as movement } from "./movement.mjs";
import { rows as random } from "./random.mjs";
import { rows as recurrent } from "./recurrent.mjs";
import { rows as reductions } from "./reductions.mjs";
import { rows as scalars } from "./scalars.mjs";
import { rows as startup } from "./startup.mjs";

const order = [
  "Contractions",
  "Elementwise, jit",
  "Reductions",
  "Movement",
  "Random numbers",
  "Linear algebra, FFT",
  "Training",
  "Scalars and sparsity",
  "Compilation",
  "Dispatch",
  "Synchronous loops",
  "Startup",
];

export const rows = [
  ...matmul,
  ...convolution,
  ...elementwise,
  ...reductions,
  ...movement,
  ...random,
  ...linear,
  ...mlp,
  ...logistic,
  ...recurrent,
  ...scalars,
  ...dispatch,
  ...loops,
  ...startup,
].sort((a, b) => order.indexOf(a.family) - order.indexOf(b.family));
