/** The messages of checks by number, and the error that a function given to `checkify` returns. */
import { item } from "../array/read.ts";
import type { NDArray } from "../core/ndarray.ts";
import { isConcrete } from "../core/trace.ts";
import { CheckError } from "../errors/index.ts";
import { fromTypedArray, peek } from "../runtime/array.ts";
import { registerPytreeNode } from "../tree/registry.ts";
import type { Aval } from "../types/aval.ts";
import { sliceElements } from "../types/dtype.ts";
import { sizeOf } from "../types/shape.ts";

/** A message, and the types of what it shows. */
export interface Site {
  readonly avals: readonly Aval[];
  readonly text: (payload: readonly NDArray[]) => string;
}

/** Messages by number, from 1; equal ones are one. */
export const sites: Site[] = [{ avals: [], text: () => "" }];
const numbers = new Map<string, number>();

export function siteNumber(key: string, site: Site): number {
  let number = numbers.get(key);
  if (number === undefined) {
    number = sites.push(site) - 1;
    numbers.set(key, number);
  }
  return number;
}

export function checkError(text: string): CheckError {
  return new CheckError({ what: text, fix: "look at the values that the message shows, and at the line of the check" });
}

/** The error that a function given to `checkify` returned: perhaps none. A tree, so that it passes through transformations. */
export class CheckedError {
  /** The number of the message whose check failed first; 0: none did. Under vmap one for each example. */
  private readonly code: NDArray;
  private readonly sites: readonly number[];
  private readonly payload: readonly NDArray[];

  /** @internal */
  constructor(code: NDArray, numbers: readonly number[], payload: readonly NDArray[]) {
    this.code = code;
    this.sites = numbers;
    this.payload = payload;
  }

  /**
   * The message of the first check that failed, or null; for a batch one line for each example that failed.
   * @throws ConcretizationTypeError while it is traced.
   * @example const [error, y] = debug.checkify.checkify(f)(x); if (error.get() !== null) console.log(error.get());
   */
  get(): string | null {
    const { shape } = this.code;
    if (shape.length === 0) return this.message(Number(item(this.code)), 0);
    if (!isConcrete(this.code)) item(this.code);
    const lines: string[] = [];
    for (const [i, code] of (peek(this.code) as Int32Array).entries()) {
      const message = this.message(code, i);
      if (message === null) continue;
      const index: number[] = [];
      for (let d = shape.length - 1, rest = i; d >= 0; rest = Math.floor(rest / shape[d]!), d--)
        index[d] = rest % shape[d]!;
      lines.push(`at mapped index ${index.join(", ")}: ${message}`);
    }
    return lines.length === 0 ? null : lines.join("\n");
  }

  /** Throws the error, if there is one. @throws CheckError */
  throw(): void {
    const message = this.get();
    if (message !== null) throw checkError(message);
  }

  private message(code: number, example: number): string | null {
    if (code === 0) return null;
    const { avals, text } = sites[code]!;
    const before = this.sites.filter((site) => site < code).reduce((sum, site) => sum + sites[site]!.avals.length, 0);
    return text(
      avals.map((aval, i) => {
        const size = sizeOf(aval.shape);
        const data = peek(this.payload[before + i]!);
        // What does not depend on a mapped axis stands once, or once for each example.
        const at = this.payload[before + i]!.size === size ? 0 : example * size;
        return fromTypedArray(aval, sliceElements(data, aval.dtype, at, at + size));
      }),
    );
  }

  static {
    registerPytreeNode(
      CheckedError,
      (e: CheckedError) => ({ children: [e.code, ...e.payload], aux: e.sites.join() }),
      (aux, [code, ...payload]) =>
        new CheckedError(code as NDArray, aux === "" ? [] : String(aux).split(",").map(Number), payload as NDArray[]),
    );
  }
}
