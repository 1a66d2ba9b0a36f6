// The globals of a cell beside those of the language: what both a page's worker and Node have, and `assert`. TypeScript's
// own declarations of browsers are 20 times as large as all else that a cell needs, and promise a document, which a worker
// does not have.

/** The text of a declaration file. */
export const globals = `
/** Stops the notebook if the condition does not hold, and is counted otherwise. An array must have one element. */
declare function assert(condition: unknown, message?: string): void;

interface Console {
  /** Prints values. */
  log(...values: unknown[]): void;
  info(...values: unknown[]): void;
  debug(...values: unknown[]): void;
  warn(...values: unknown[]): void;
  error(...values: unknown[]): void;
}
declare const console: Console;

interface Performance {
  /** Milliseconds since the start, with fractions. */
  now(): number;
  readonly timeOrigin: number;
}
declare const performance: Performance;

type Timer = number | { ref(): unknown };
declare function setTimeout(handler: (...values: any[]) => void, milliseconds?: number, ...values: unknown[]): Timer;
declare function clearTimeout(timer: Timer | undefined): void;
declare function setInterval(handler: (...values: any[]) => void, milliseconds?: number, ...values: unknown[]): Timer;
declare function clearInterval(timer: Timer | undefined): void;
declare function queueMicrotask(callback: () => void): void;
/** A deep copy of a value. */
declare function structuredClone<T>(value: T, options?: { transfer?: unknown[] }): T;
declare function atob(text: string): string;
declare function btoa(text: string): string;

declare class TextEncoder {
  encode(text?: string): Uint8Array<ArrayBuffer>;
}
declare class TextDecoder {
  constructor(label?: string, options?: { fatal?: boolean; ignoreBOM?: boolean });
  decode(bytes?: ArrayBufferView | ArrayBuffer): string;
}
declare class URL {
  constructor(url: string | URL, base?: string | URL);
  href: string;
  readonly searchParams: URLSearchParams;
  toString(): string;
}
declare class URLSearchParams {
  constructor(text?: string | Record<string, string>);
  get(name: string): string | null;
  toString(): string;
}
interface Response {
  readonly ok: boolean;
  readonly status: number;
  json(): Promise<any>;
  text(): Promise<string>;
  arrayBuffer(): Promise<ArrayBuffer>;
}
declare function fetch(address: string | URL, options?: Record<string, unknown>): Promise<Response>;
declare const crypto: { getRandomValues<T extends ArrayBufferView>(values: T): T; randomUUID(): string };

declare module "https://*";
`;
