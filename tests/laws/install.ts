/** Makes arrays computable, on the reference backend alone. */
import { createReferenceBackend } from "../../src/backends/reference/backend.ts";
import { config } from "../../src/core/config.ts";
import { installExecutor } from "../../src/core/trace.ts";
import { arrayOf } from "../../src/runtime/array.ts";
import { Cell } from "../../src/runtime/cell.ts";
import { registerBackend } from "../../src/runtime/device.ts";
import { runPrimitive } from "../../src/runtime/execute.ts";
import { newTypedArray } from "../../src/types/dtype.ts";

registerBackend("reference", createReferenceBackend);
config.update("defaultBackend", "reference");
installExecutor({
  run: runPrimitive,
  scalar: (x) => {
    const cell = x.payload as Cell;
    if (cell.host === null) return undefined;
    const value = (cell.host as ArrayLike<number | bigint>)[0]!;
    return cell.dtype === "bool" ? value !== 0 : value;
  },
  fromScalar: (value, aval) => {
    const data = newTypedArray(aval.dtype, 1);
    if (data instanceof BigInt64Array || data instanceof BigUint64Array) data[0] = BigInt(value);
    else data[0] = Number(value);
    return arrayOf(aval, new Cell(aval.dtype, 1, data, null, null));
  },
});
