// Every public name.
import * as adjoint from "adjoint";

Object.assign(globalThis, { adjoint });
console.log(Object.keys(adjoint).length);
