/** Making concrete arrays and reading them. */
import type { Backend } from "../backends/backend.ts";
import { NDArray } from "../core/ndarray.ts";
import { rootTrace } from "../core/trace.ts";
import { BackendError, DeletedArrayError } from "../errors/index.ts";
import { type Aval, formatAval } from "../types/aval.ts";
import { dtypeBytes, newTypedArray, type TypedArray } from "../types/dtype.ts";
import { sizeOf } from "../types/shape.ts";
import { type Cell, hostCell, smallBytes } from "./cell.ts";
import { getBackend } from "./device.ts";
import { allocate, managedCell } from "./memory.ts";

const noPins: readonly NDArray[] = [];

/** The cell of a concrete array. @throws DeletedArrayError if its elements are gone. */
export function cellOf(x: NDArray): Cell {
  const cell = x.payload as Cell;
  if (cell.gone === null) return cell;
  throw new DeletedArrayError({
    what: `Array has been deleted with shape=${formatAval(x.aval)}: ${cell.gone}.`,
    fix: "do not use an array after delete(), `using`, or after donating it with donateArgnums",
  });
}

/** A concrete array around a cell. */
export function arrayOf(aval: Aval, cell: Cell): NDArray {
  return new NDArray(aval, rootTrace, cell);
}

/** A concrete array that owns these elements; see `newTypedArray` for the layout. The caller must not keep `data`. */
export function fromTypedArray(aval: Aval, data: TypedArray): NDArray {
  const elements = sizeOf(aval.shape);
  if (dtypeBytes(aval.dtype) * elements <= smallBytes) return arrayOf(aval, hostCell(aval.dtype, elements, data));
  const backend = getBackend();
  if (!backend.supports(aval.dtype)) throw unsupported(backend, aval);
  const storage = allocate(backend, aval.dtype, elements, noPins);
  backend.write(storage, data);
  return arrayOf(aval, managedCell(aval.dtype, elements, storage, backend));
}

/** The error for a dtype that a backend cannot store. */
export function unsupported(backend: Backend, aval: Aval): BackendError {
  return new BackendError({
    what: `the ${backend.name} backend cannot store ${aval.dtype} arrays yet`,
    fix: "use float32, float64, complex64, complex128, int8 to int64, uint8 to uint64 or bool; convert with astype",
  });
}

/**
 * The elements of a concrete array. Small arrays give their own memory, which must not be changed or handed out; others a
 * fresh copy.
 * @throws BackendError if the backend can only be read asynchronously.
 */
export function peek(x: NDArray): TypedArray {
  const { host, storage, backend, dtype, elements } = cellOf(x).place;
  if (host !== null) return host;
  if (storage === null) return newTypedArray(dtype, 0);
  if (backend!.read === undefined) {
    throw new BackendError({
      what: `the ${backend!.name} backend cannot be read synchronously`,
      fix: "await deviceGet(x) first",
    });
  }
  return backend!.read(storage, dtype, elements);
}

/** A copy of the elements, when they are there. */
export async function readAsync(x: NDArray): Promise<TypedArray> {
  const { host, storage, backend, dtype, elements } = cellOf(x).place;
  return host !== null ? host.slice() : backend!.readAsync(storage!, dtype, elements);
}
