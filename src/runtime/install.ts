/** Loading this file makes concrete arrays computable: it installs the root trace's executor and the backend. */
import { createWasmBackend } from "../backends/wasm/backend.ts";
import { config } from "../core/config.ts";
import { installExecutor } from "../core/trace.ts";
import {
  type DType,
  dtypeBytes,
  dtypeKind,
  isComplex,
  newTypedArray,
  partsOf,
  type TypedArray,
} from "../types/dtype.ts";
import { arrayOf } from "./array.ts";
import { type Cell, hostCell } from "./cell.ts";
import { registerBackend } from "./device.ts";
import { runPrimitive } from "./execute.ts";
import { checkFinite } from "./finite.ts";
import { collectGarbage } from "./memory.ts";

registerBackend("wasm", createWasmBackend);

function isPlainNumber(dtype: DType): boolean {
  const kind = dtypeKind(dtype);
  return kind !== "o" && (kind !== "f" || dtypeBytes(dtype) > 2);
}

installExecutor({
  run: (primitive, operands, params) => {
    const results = runPrimitive(primitive, operands, params);
    if (config.debugNans || config.debugInfs) checkFinite(primitive, operands, params, results);
    return results;
  },
  scalar: (x) => {
    const { host, dtype } = (x.payload as Cell).place;
    // 16-bit floats and keys are stored as raw words, which are not their values.
    if (host === null || !isPlainNumber(dtype)) return undefined;
    const value = (host as ArrayLike<number | bigint>)[0]!;
    if (isComplex(dtype)) {
      const im = Number(host[1]);
      return Object.is(im, 0) ? value : { re: Number(value), im };
    }
    return dtype === "bool" ? value !== 0 : value;
  },
  collect: collectGarbage,
  fromScalar: (value, aval) => {
    const data: TypedArray = newTypedArray(aval.dtype, 1);
    if (data instanceof BigInt64Array || data instanceof BigUint64Array) data[0] = BigInt(value as number);
    else data.set(partsOf(value).slice(0, data.length));
    return arrayOf(aval, hostCell(aval.dtype, 1, data));
  },
});
