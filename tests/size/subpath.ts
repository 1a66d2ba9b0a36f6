// The same program as four.ts, by way of a subpath: both must be of one size.
import type { NDArray } from "adjoint";
import { grad } from "adjoint";
import * as jnp from "adjoint/numpy";

const f = (x: NDArray) => jnp.subtract(jnp.add(jnp.multiply(x, x), 1), jnp.divide(1, x));
console.log(String(grad(f)(2)));
