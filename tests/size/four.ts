// The smallest useful program: what a page pays that differentiates one formula.
import type { NDArray } from "adjoint";
import { grad, numpy as jnp } from "adjoint";

const f = (x: NDArray) => jnp.subtract(jnp.add(jnp.multiply(x, x), 1), jnp.divide(1, x));
console.log(String(grad(f)(2)));
