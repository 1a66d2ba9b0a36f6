// Every public name.
import * as adjoint from "adjoint";

Object.assign(globalThis, { adjoint });
