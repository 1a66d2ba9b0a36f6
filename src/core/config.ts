/** Settings. The values of those that change what programs mean are part of every cache key (`configKey`). */
import { OptionError } from "../errors/index.ts";
import { suggest } from "../util/suggest.ts";

/** The settings that `config.update` and `config.using` take. */
export interface Settings {
  /** Allow 64-bit dtypes. Off: float64, int64, uint64 and complex128 become their 32-bit brothers. */
  enableX64: boolean;
  /** The layout of random bits: `true` is JAX's default since 0.5, `false` the legacy layout of older outputs. */
  threefryPartitionable: boolean;
  /** `jit` runs operation by operation, so that values can be looked at. */
  disableJit: boolean;
  /** Every operation checks its result for NaN and throws FloatingPointError where it appears. */
  debugNans: boolean;
  /** The same for infinities. */
  debugInfs: boolean;
  /** When a transformation ends, look for tracers that are still held: an error names where they were made. Slow; in Node only. */
  checkTracerLeaks: boolean;
  /** What happens when operands of different rank are broadcast. */
  numpyRankPromotion: "allow" | "warn" | "raise";
  /** `strict`: no implicit promotion except of JavaScript's scalars. */
  numpyDtypePromotion: "standard" | "strict";
  /** The backend that runs what no device is named for: "wasm" or "reference". */
  defaultBackend: string;
  /** Check every jaxpr and program after each pass; for tests. */
  enableChecks: boolean;
  /** How many threads share large kernels: 1 for none but the main one, 0 for as many as there are cores, at most 8. Results
   *  are the same to the bit with any number. Best set before anything large is computed. */
  threads: number;
}

const choices: { readonly [K in keyof Settings]?: readonly Settings[K][] } = {
  numpyRankPromotion: ["allow", "warn", "raise"],
  numpyDtypePromotion: ["standard", "strict"],
};

const settings: Settings = {
  enableX64: false,
  threefryPartitionable: true,
  disableJit: false,
  debugNans: false,
  debugInfs: false,
  checkTracerLeaks: false,
  numpyRankPromotion: "allow",
  numpyDtypePromotion: "standard",
  defaultBackend: "wasm",
  enableChecks: false,
  threads: 0,
};

/** Settings that change no result. */
const silent: { readonly [K in keyof Settings]?: undefined } = { threads: undefined };

const mostThreads = 64;

const keys = new Map<string, string>();

/** A short text for each distinct combination of settings. */
function currentKey(): string {
  const full = JSON.stringify({ ...settings, ...silent });
  let short = keys.get(full);
  if (short === undefined) {
    short = `|${keys.size}`;
    keys.set(full, short);
  }
  return short;
}

let key = currentKey();

/** All current settings as one short string, part of every key under which a traced or compiled program is kept. */
export function configKey(): string {
  return key;
}

function checkSetting(name: string, value: unknown): asserts name is keyof Settings {
  if (!Object.hasOwn(settings, name)) {
    const guess = suggest(name, Object.keys(settings));
    throw new OptionError({
      what: `config has no setting ${JSON.stringify(name)}`,
      fix: guess !== undefined ? `did you mean "${guess}"?` : `the settings are ${Object.keys(settings).join(", ")}`,
    });
  }
  if (name === "threads" && !(Number.isInteger(value) && Number(value) >= 0 && Number(value) <= mostThreads)) {
    throw new OptionError({
      what: `config setting "threads" cannot be ${typeof value === "number" ? value : JSON.stringify(value)}`,
      fix: `use an integer from 1 to ${mostThreads}, or 0 for as many as there are cores (at most 8)`,
    });
  }
  const current = settings[name as keyof Settings];
  const allowed = choices[name as keyof Settings] as readonly unknown[] | undefined;
  if (typeof value !== typeof current || (allowed !== undefined && !allowed.includes(value))) {
    throw new OptionError({
      what: `config setting "${name}" cannot be ${JSON.stringify(value)}`,
      fix:
        allowed !== undefined
          ? `use one of ${allowed.map((c) => JSON.stringify(c)).join(", ")}`
          : `use a ${typeof current}`,
    });
  }
}

/** JAX's `jax.config`: read settings as properties, change them by `update`, or for one call by `using`. */
export interface Config extends Readonly<Settings> {
  /**
   * Changes a setting from now on.
   * @throws OptionError for an unknown name or a value it cannot take.
   * @example config.update("enableX64", true);
   */
  update<K extends keyof Settings>(name: K, value: Settings[K]): void;
  /**
   * Runs `body` with changed settings and restores them after it, also when it throws.
   * @example config.using({ enableX64: true }, () => jnp.zeros(3).dtype);
   */
  using<T>(changes: Partial<Settings>, body: () => T): T;
}

function set(changes: Partial<Settings>): void {
  for (const [name, value] of Object.entries(changes)) checkSetting(name, value);
  Object.assign(settings, changes);
  key = currentKey();
}

const methods = {
  update<K extends keyof Settings>(name: K, value: Settings[K]): void {
    set({ [name]: value } as Partial<Settings>);
  },
  using<T>(changes: Partial<Settings>, body: () => T): T {
    const saved = { ...settings };
    set(changes);
    try {
      return body();
    } finally {
      set(saved);
    }
  },
};

/**
 * The settings of the whole program: read as properties, changed by `update` for good and by `using` for one call.
 * @example config.using({ enableX64: true }, () => jnp.ones(1, { dtype: "float64" }).dtype) // float64
 */
export const config: Config = /* @__PURE__ */ Object.defineProperties(
  methods,
  Object.fromEntries(
    (Object.keys(settings) as (keyof Settings)[]).map((name) => [
      name,
      { get: () => settings[name], enumerable: true },
    ]),
  ),
) as Config;
