// The options that decide how arrays are printed. In: a partial set of options from the user; out: the complete and
// checked set that the formatters read. There is one current set per program; a call may override it for itself.

/** How arrays are printed: NumPy's print options, with NumPy's names, meanings and defaults. */
export interface PrintOptions {
  /** The most digits after the decimal point of a float (default 8). With `floatmode: "unique"` it has no effect. */
  precision: number;
  /** Arrays of more elements than this show only their edges (default 1000). `Infinity` always shows everything. */
  threshold: number;
  /** How many elements a summarised axis shows at each end (default 3). */
  edgeitems: number;
  /** Lines are broken where they would grow longer than this (default 75). */
  linewidth: number;
  /** Whether small numbers are written without an exponent, even if they then show as 0 (default false). */
  suppress: boolean;
  /** What not-a-number looks like (default `"nan"`). */
  nanstr: string;
  /** What infinity looks like (default `"inf"`). */
  infstr: string;
  /** What stands before a positive number: nothing (`"-"`, the default), a plus (`"+"`) or a blank (`" "`). */
  sign: "-" | "+" | " ";
  /**
   * How `precision` is meant:
   * - `"maxprec"` (default): at most `precision` digits, fewer where fewer tell the number apart from its neighbours;
   * - `"maxprec_equal"`: the same, but every element shows as many digits as the one that needs most;
   * - `"fixed"`: always exactly `precision` digits;
   * - `"unique"`: as many digits as tell each number apart, whatever `precision` says.
   */
  floatmode: "fixed" | "unique" | "maxprec" | "maxprec_equal";
}

const defaults: Readonly<PrintOptions> = {
  precision: 8,
  threshold: 1000,
  edgeitems: 3,
  linewidth: 75,
  suppress: false,
  nanstr: "nan",
  infstr: "inf",
  sign: "-",
  floatmode: "maxprec",
};

let current: Readonly<PrintOptions> = defaults;

/**
 * Changes how arrays are printed from now on. Options that are not named keep their value.
 *
 * Printing of a 0-d array with `String(x)` is not affected, as in NumPy: it shows the number itself.
 *
 * @throws TypeError for an unknown option or a value of the wrong type, RangeError for a value out of range.
 * @example
 * setPrintOptions({ precision: 3 });
 * String(jnp.array([0.123456, 1])); // "[0.123 1.   ]"
 */
export function setPrintOptions(options: Partial<PrintOptions>): void {
  current = mergePrintOptions(options);
}

/**
 * The options in force, as a fresh object: changing it changes nothing.
 *
 * @example
 * getPrintOptions().precision; // 8
 */
export function getPrintOptions(): PrintOptions {
  return { ...current };
}

/**
 * Runs `body` with some options changed, restores the former ones (also when `body` throws), and returns what `body`
 * returned.
 *
 * @throws TypeError when `body` returns a promise, since the options would change back before its work is done; also
 * everything that `setPrintOptions` throws.
 * @example
 * withPrintOptions({ precision: 2 }, () => String(jnp.array([1 / 3, 1]))); // "[0.33 1.  ]"
 */
export function withPrintOptions<T>(options: Partial<PrintOptions>, body: () => T): T {
  const former = current;
  current = mergePrintOptions(options);
  try {
    const result = body();
    if (result instanceof Promise) {
      throw new TypeError(
        "withPrintOptions: the body returned a promise, but the options hold only until the body returns. " +
          "Await the values first, and print them in a body that is not async.",
      );
    }
    return result;
  } finally {
    current = former;
  }
}

/** The current options with `options` laid over them, checked. An option that is `undefined` counts as not given. */
export function mergePrintOptions(options: Partial<PrintOptions>): Readonly<PrintOptions> {
  if (typeof options !== "object" || options === null) {
    throw new TypeError(`Print options must be an object such as { precision: 3 }, got ${show(options)}.`);
  }
  const given = Object.entries(options).filter(([, value]) => value !== undefined);
  if (given.length === 0) return current;
  for (const [name, value] of given) check(name, value);
  return { ...current, ...Object.fromEntries(given) };
}

/** What each option accepts: the type of its value, which values of that type, and both in words. */
interface Rule {
  readonly type: "number" | "boolean" | "string";
  readonly fits: (value: unknown) => boolean;
  readonly wanted: string;
}

const anyValue = (): boolean => true;
const oneOf = (...choices: readonly string[]): Rule => ({
  type: "string",
  fits: (value) => choices.some((choice) => choice === value),
  wanted: `one of ${choices.map((choice) => `"${choice}"`).join(", ")}`,
});

const rules: Readonly<Record<keyof PrintOptions, Rule>> = {
  precision: { type: "number", fits: (x) => Number.isInteger(x) && Number(x) >= 0, wanted: "a non-negative integer" },
  threshold: {
    type: "number",
    fits: (x) => Number(x) >= 0,
    wanted: "a non-negative number, or Infinity to show all elements",
  },
  edgeitems: { type: "number", fits: (x) => Number.isInteger(x) && Number(x) > 0, wanted: "a positive integer" },
  linewidth: {
    type: "number",
    fits: (x) => (Number.isInteger(x) && Number(x) >= 0) || x === Infinity,
    wanted: "a non-negative integer, or Infinity",
  },
  suppress: { type: "boolean", fits: anyValue, wanted: "a boolean" },
  nanstr: { type: "string", fits: anyValue, wanted: "a string" },
  infstr: { type: "string", fits: anyValue, wanted: "a string" },
  sign: oneOf("-", "+", " "),
  floatmode: oneOf("fixed", "unique", "maxprec", "maxprec_equal"),
};

const isOption = (name: string): name is keyof PrintOptions => Object.hasOwn(rules, name);

function check(name: string, value: unknown): void {
  if (!isOption(name)) {
    const names = Object.keys(rules);
    const near = nearest(name, names);
    const hint = near === undefined ? "" : ` Did you mean "${near}"?`;
    throw new TypeError(`Unknown print option "${name}".${hint} The options are ${names.join(", ")}.`);
  }
  const { type, fits, wanted } = rules[name];
  const text = `Print option "${name}" must be ${wanted}, got ${show(value)}.`;
  if (typeof value !== type) throw new TypeError(text);
  if (!fits(value)) throw new RangeError(text);
}

function show(value: unknown): string {
  if (typeof value === "string") return JSON.stringify(value);
  if (value === null || typeof value !== "object") return typeof value === "function" ? "a function" : String(value);
  return Array.isArray(value) ? "an array" : "an object";
}

/** The candidate that a misspelled name most likely means: at most a third of its letters wrong, case ignored. */
function nearest(name: string, candidates: readonly string[]): string | undefined {
  const letters = (text: string): string => text.toLowerCase().replace(/[^a-z]/g, "");
  let best: string | undefined;
  let least = Infinity;
  for (const candidate of candidates) {
    const distance = editDistance(letters(name), letters(candidate));
    if (distance < least && distance <= candidate.length / 3) {
      best = candidate;
      least = distance;
    }
  }
  return best;
}

/** The least number of insertions, deletions and replacements that turn `a` into `b`. */
function editDistance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      const replace = (row[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1);
      next.push(Math.min(replace, (row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1));
    }
    row = next;
  }
  return row[b.length] ?? 0;
}
