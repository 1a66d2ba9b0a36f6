/** Loading this file makes concrete arrays computable: it installs the root trace's executor and the backend. */
import { createWasmBackend } from "../backends/wasm/backend.ts";
import { installExecutor } from "../core/trace.ts";
import { newTypedArray, type TypedArray } from "../types/dtype.ts";
import { arrayOf } from "./array.ts";
import { Cell } from "./cell.ts";
import { registerBackend } from "./device.ts";
import { runPrimitive } from "./execute.ts";

registerBackend("wasm", createWasmBackend);

installExecutor({
  run: runPrimitive,
  scalar: (x) => {
    const cell = x.payload as Cell;
    if (cell.host === null) return undefined;
    const value = (cell.host as ArrayLike<number | bigint>)[0]!;
    return cell.dtype === "bool" ? value !== 0 : value;
  },
  fromScalar: (value, aval) => {
    const data: TypedArray = newTypedArray(aval.dtype, 1);
    if (data instanceof BigInt64Array || data instanceof BigUint64Array) data[0] = BigInt(value);
    else data[0] = Number(value);
    return arrayOf(aval, new Cell(aval.dtype, 1, data, null, null));
  },
});
