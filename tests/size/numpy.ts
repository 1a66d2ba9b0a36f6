// All of numpy, kept as a value, so that no bundler can leave anything out.
import { grad, numpy } from "adjoint";

Object.assign(globalThis, { grad, numpy });
console.log(Object.keys(numpy).length);
