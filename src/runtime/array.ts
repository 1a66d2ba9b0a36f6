/** Making concrete arrays and reading them. */
import type { Backend } from "../backends/backend.ts";
import { NDArray } from "../core/ndarray.ts";
import { rootTrace } from "../core/trace.ts";
import { BackendError, DeletedArrayError } from "../errors/index.ts";
import { type Aval, formatAval } from "../types/aval.ts";
import { dtypeBytes, newTypedArray, type TypedArray } from "../types/dtype.ts";
import { sizeOf } from "../types/shape.ts";
import { Cell, smallBytes } from "./cell.ts";
import { getBackend } from "./device.ts";
import { allocate, manage } from "./memory.ts";

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
  if (dtypeBytes(aval.dtype) * elements <= smallBytes)
    return arrayOf(aval, new Cell(aval.dtype, elements, data, null, null));
  const backend = getBackend();
  if (!backend.supports(aval.dtype)) throw unsupported(backend, aval);
  const storage = allocate(backend, aval.dtype, elements, noPins);
  backend.write(storage, data);
  return arrayOf(aval, manage(new Cell(aval.dtype, elements, null, storage, backend)));
}

/** The error for a dtype that a backend cannot store. */
export function unsupported(backend: Backend, aval: Aval): BackendError {
  return new BackendError({
    what: `the ${backend.name} backend cannot store ${aval.dtype} arrays yet`,
    fix: "use float32, float64, int8 to int64, uint8 to uint64 or bool; convert with astype",
  });
}

/**
 * The elements of a concrete array. Small arrays give their own memory, which must not be changed or handed out; others a
 * fresh copy.
 * @throws BackendError if the backend can only be read asynchronously.
 */
export function peek(x: NDArray): TypedArray {
  const cell = cellOf(x);
  if (cell.host !== null) return cell.host;
  if (cell.storage === null) return newTypedArray(cell.dtype, 0);
  const { backend } = cell;
  if (backend!.read === undefined) {
    throw new BackendError({
      what: `the ${backend!.name} backend cannot be read synchronously`,
      fix: "await deviceGet(x) first",
    });
  }
  return backend!.read(cell.storage, cell.dtype, cell.elements);
}

/** A copy of the elements, when they are there. */
export async function readAsync(x: NDArray): Promise<TypedArray> {
  const cell = cellOf(x);
  if (cell.host !== null) return cell.host.slice();
  return cell.backend!.readAsync(cell.storage!, cell.dtype, cell.elements);
}
