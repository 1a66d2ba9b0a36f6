/**
 * Map kernels that only move elements from the columns of one buffer to the rows of another. Tiles of both are read and
 * written as whole vectors and turned in registers, so that every cache line is fetched once and not for each element.
 */
import type { Expr } from "../../../core/expr.ts";
import type { Frame } from "../frame.ts";
import type { Access, Plan, Target } from "../plan.ts";
import { transposed } from "./common.ts";

/** Rows of the result in one tile: half a cache line of each row that is read. */
const tileRows = 8;
const tileColumns = 4;

/** Writes the kernel that stores `value` if it is such a move of 32-bit elements, and tells whether it did. */
export function emitTransposition(frame: Frame, plan: Plan, target: Target, value: Expr): boolean {
  if (value.op !== "load" || Number(value.value) === target.buffer) return false;
  const source = plan.access(value);
  const result = plan.target(target);
  const column = plan.loops.length - 1;
  const row = source.coefficients.indexOf(1);
  const plain = (a: Access): boolean => a.bytes === 4 && a.atoms.length === 0;
  if (!plain(source) || !plain(result) || row < 0 || row === column) return false;
  const across = source.coefficients[column]!;
  const down = result.coefficients[row]!;
  if (result.coefficients[column] !== 1 || across <= 0 || down <= 0) return false;
  const rows = plan.loops[row]!.extent;
  const columns = plan.loops[column]!.extent;
  if (rows < tileRows || columns < tileColumns) return false;

  const { f, range } = frame;
  if (range !== undefined) frame.split = { extent: rows, unit: tileRows, coarse: false };
  const counters = plan.loops.map(() => f.local("i32"));
  const [from, to] = [f.local("i32"), f.local("i32")];

  /** A pointer to an access's element at the current row and the first column. */
  const pointer = (a: Access): number => {
    f.get(frame.address(a.buffer));
    f.plus(4 * a.constant);
    a.coefficients.forEach((coefficient, loop) => {
      if (coefficient === 0 || loop === column) return;
      f.get(counters[loop]!);
      f.times(4 * coefficient);
      f.op("i32.add");
    });
    return f.store("i32");
  };
  const move = (local: number, bytes: number): void => {
    f.get(local);
    f.plus(bytes);
    f.set(local);
  };

  const element = (p: number, q: number, r: number): void => {
    f.get(q);
    f.get(p);
    f.memory("i32.load", 4 * r);
    f.memory("i32.store", 4 * r * down);
  };
  const tile = (p: number, q: number): void => {
    for (let r = 0; r < tileRows; r += 4) {
      f.scope(() => {
        const loaded = [0, 1, 2, 3].map((c) => {
          f.get(p);
          f.memory("v128.load", 4 * (c * across + r));
          return f.store("v128");
        });
        transposed(f, loaded).forEach((vector, k) => {
          f.get(q);
          f.get(vector);
          f.memory("v128.store", 4 * (r + k) * down);
        });
      });
    }
  };
  /** All columns of `count` rows from the counter on. */
  const band = (count: number): void =>
    f.scope(() => {
      const [p, q] = [pointer(source), pointer(result)];
      const j = counters[column]!;
      const step = (width: number, body: () => void): void => {
        body();
        move(p, 4 * width * across);
        move(q, 4 * width);
      };
      f.i32(0);
      f.set(j);
      const whole = count === tileRows ? columns - (columns % tileColumns) : 0;
      if (whole > 0) f.count(j, whole, tileColumns, () => step(tileColumns, () => tile(p, q)));
      if (whole === columns) return;
      f.count(j, columns, 1, () =>
        step(1, () => {
          for (let r = 0; r < count; r++) element(p, q, r);
        }),
      );
    });

  /** Runs `body` for the rows of [from, to) that lie below `end`, as far as whole steps go. */
  const bands = (end: number, step: number): void =>
    f.scope(() => {
      f.get(to);
      const stop = f.store("i32");
      f.limit(stop, end);
      f.get(counters[row]!);
      f.get(stop);
      f.op("i32.lt_u");
      f.if(() => f.count(counters[row]!, { local: stop }, step, () => band(step)));
    });
  const outer = (loop: number): void => {
    if (loop === column) {
      f.get(from);
      f.set(counters[row]!);
      bands(rows - (rows % tileRows), tileRows);
      if (rows % tileRows > 0) bands(rows, 1);
    } else if (loop === row) outer(loop + 1);
    else {
      f.i32(0);
      f.set(counters[loop]!);
      f.count(counters[loop]!, plan.loops[loop]!.extent, 1, () => outer(loop + 1));
    }
  };
  range === undefined ? f.i32(0) : f.get(range.from);
  f.set(from);
  range === undefined ? f.i32(rows) : f.get(range.to);
  f.set(to);
  outer(0);
  return true;
}
