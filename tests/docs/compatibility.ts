/**
 * The text of docs/compatibility.md. In: JAX's public names (tools/golden/names.json), the library itself, and the golden
 * cases. Out: for each of JAX's namespaces the names that exist here, those that do not, and how many cases test each.
 */
import { readdirSync, readFileSync } from "node:fs";
import * as adjoint from "adjoint";

const root = new URL("../../", import.meta.url);
const read = (path: string): unknown => JSON.parse(readFileSync(new URL(path, root), "utf8"));

interface Space {
  /** JAX's name of it, as in names.json. */
  readonly jax: string;
  /** Where its names stand here; undefined if there is no such namespace yet. */
  readonly here: object | undefined;
  /** How it is called here. */
  readonly name: string;
}

const { numpy, lax, nn, random, tree } = adjoint;
const inside = (space: object, name: string): object | undefined =>
  (space as { readonly [key: string]: object | undefined })[name];

const spaces: readonly Space[] = [
  { jax: "jax", here: adjoint, name: "adjoint" },
  { jax: "jax.numpy", here: numpy, name: "numpy" },
  { jax: "jax.numpy dtypes", here: numpy, name: "numpy" },
  { jax: "jax.numpy.linalg", here: inside(numpy, "linalg"), name: "numpy.linalg" },
  { jax: "jax.numpy.fft", here: inside(numpy, "fft"), name: "numpy.fft" },
  { jax: "jax.lax", here: lax, name: "lax" },
  { jax: "jax.nn", here: nn, name: "nn" },
  { jax: "jax.nn.initializers", here: nn.initializers, name: "nn.initializers" },
  { jax: "jax.random", here: random, name: "random" },
  { jax: "jax.tree", here: tree, name: "tree" },
  { jax: "jax.checkpoint_policies", here: adjoint.checkpointPolicies, name: "checkpointPolicies" },
  { jax: "jax.ad_checkpoint", here: adjoint, name: "adjoint" },
  { jax: "jax.custom_derivatives", here: adjoint, name: "adjoint" },
  { jax: "jax.custom_batching", here: adjoint, name: "adjoint" },
  { jax: "jax.experimental.checkify", here: adjoint.debug.checkify, name: "debug.checkify" },
];

/** JAX's name in camel case: `zeros_like` is `zerosLike`, `atleast_1d` is `atleast1d`; an underscore at the end stays. */
export function camelCase(name: string): string {
  return name.replace(/_+([a-zA-Z0-9])/g, (_, letter: string) => letter.toUpperCase());
}

/** What JAX has as a function and this library in another form. */
const elsewhere: Readonly<Record<string, string>> = {
  "jax.disable_jit": "config.using({ disableJit: true }, body)",
  "jax.checking_leaks": "debug.checkingLeaks",
  "jax.pure_callback": "lax.pureCallback",
  "jax.numpy.get_printoptions": "getPrintOptions",
  "jax.numpy.set_printoptions": "setPrintOptions",
  "jax.numpy.printoptions": "printOptions",
  "jax.numpy.s_": "slice",
  "jax.numpy.index_exp": "slice",
};

interface Case {
  readonly fn?: string;
  readonly primitive?: string;
  readonly kind?: string;
  readonly room?: string;
  readonly typescript?: string;
  readonly python?: string;
  readonly policy?: string;
  readonly steps?: readonly { readonly op: string }[];
  readonly transforms?: readonly string[];
}

/** The names, with their namespaces and in camel case, that a case is about. */
function subjects(file: string, c: Case): readonly string[] {
  const fn = c.fn ?? "";
  switch (file) {
    case "numpy_functions":
      return [`jax.numpy.${fn}`];
    case "nn_functions":
      return [`jax.nn.${fn}`];
    case "random_partitionable":
    case "random_legacy":
      return [`jax.random.${fn}`];
    case "linalg":
      return [c.room === "random" ? `jax.random.${fn}` : `jax.${c.room}.linalg.${fn}`];
    case "conv":
    case "elementwise":
      return [`jax.lax.${fn}`];
    case "dtypes_and_casts":
      return [fn.endsWith("info") ? `jax.numpy.${fn}` : `jax.lax.${fn}`];
    case "structural":
      return [`jax.lax.${c.primitive}`];
    case "promotion":
      return fn === "unary" || fn === "made" ? [] : [`jax.numpy.${fn}`];
    case "indexing":
      return c.kind === "call" ? [`jax.numpy.${fn}`] : [];
    case "programs":
      return [
        ...(c.transforms ?? []).map((name) => `jax.${name === "vmap_last" ? "vmap" : name}`),
        ...(c.steps ?? []).map(
          ({ op }) =>
            `jax.${op === "softmax" || op === "sigmoid" ? "nn" : "numpy"}.${op.replace("where_greater", "where")}`,
        ),
      ];
    case "checkpoint":
      return [
        "jax.checkpoint",
        "jax.grad",
        "jax.ad_checkpoint.print_saved_residuals",
        ...(c.policy === "none" ? [] : [`jax.checkpoint_policies.${c.policy!.split(" ")[0]}`]),
      ];
    case "complex":
    case "errors":
    case "jaxpr_text":
    case "ties":
      return mentioned(c.typescript ?? c.python ?? "");
    default:
      throw new Error(`tests/docs/compatibility.ts does not know which functions the cases of ${file}.json are about`);
  }
}

/** Functions that a line of Python or TypeScript calls. */
function mentioned(code: string): readonly string[] {
  const full: Readonly<Record<string, string>> = {
    jnp: "jax.numpy",
    lax: "jax.lax",
    nn: "jax.nn",
    random: "jax.random",
    jax: "jax",
  };
  const qualified = [...code.matchAll(/\b(jnp|lax|nn|random|jax)\.((?:(?:fft|linalg)\.)?\w+)(?=[(,)])/g)].map(
    (m) => `${full[m[1]!]}.${m[2]}`,
  );
  const bare = [
    ...code.matchAll(/(?<![\w.])(grad|jit|vmap|jvp|vjp|jacfwd|jacrev|hessian|checkpoint|linearize)(?=\()/g),
  ];
  return [...qualified, ...bare.map((m) => `jax.${m[1]}`)];
}

/** More digits for the cases of elementwise.json, the printing of arrays, and another library's optimizers. */
const notAboutFunctions = new Set(["elementwise_truth.json", "printing.json", "optim.json"]);

function countCases(): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  for (const name of readdirSync(new URL("tests/golden/", root))) {
    if (!name.endsWith(".json") || notAboutFunctions.has(name)) continue;
    const file = name.slice(0, -".json".length);
    const { cases } = read(`tests/golden/${file}.json`) as { readonly cases: readonly Case[] };
    for (const c of cases) {
      for (const subject of new Set(subjects(file, c).map(camelCase)))
        counts.set(subject, (counts.get(subject) ?? 0) + 1);
    }
  }
  return counts;
}

const code = (text: string): string => `\`${text}\``;

/** The page. */
export function compatibilityPage(): string {
  const { jax, names } = read("tools/golden/names.json") as {
    readonly jax: string;
    readonly names: { readonly [space: string]: readonly string[] };
  };
  const counts = countCases();
  const rows: string[] = [];
  const sections: string[] = [];
  for (const space of spaces) {
    const prefix = space.jax.replace(" dtypes", "");
    const here: { readonly jax: string; readonly name: string; readonly cases: number }[] = [];
    const missing: string[] = [];
    for (const name of names[space.jax]!) {
      const own = camelCase(name);
      const found = space.here !== undefined && [own, name].find((candidate) => Object.hasOwn(space.here!, candidate));
      const other = elsewhere[`${prefix}.${name}`];
      const cases = counts.get(`${camelCase(prefix)}.${own}`) ?? 0;
      if (found) here.push({ jax: name, name: found, cases });
      else if (other !== undefined) here.push({ jax: name, name: other, cases });
      else missing.push(name);
    }
    const total = here.length + missing.length;
    const tested = here.filter(({ cases }) => cases > 0).length;
    const sum = here.reduce((all, { cases }) => all + cases, 0);
    const isDtypes = space.jax.endsWith("dtypes");
    rows.push(
      `| ${code(space.jax)} | ${total} | ${here.length} | ${isDtypes ? "" : tested} | ${isDtypes ? "" : sum} |`,
    );
    sections.push(
      `## ${space.jax}`,
      here.length === 0
        ? "Nothing of it exists here yet."
        : here.map(({ name, cases }) => `${code(name)}${cases > 0 && !isDtypes ? ` ${cases}` : ""}`).join(", "),
      missing.length === 0
        ? "Nothing is missing."
        : `**Not here (${missing.length}):** ${missing.map(code).join(", ")}`,
    );
  }
  return `${[
    "# Compatibility with JAX",
    `Which of JAX's public names exist here, and in how many golden cases, results that JAX itself computed, they occur. This page is
generated from the library, the names in JAX ${jax} (\`tools/golden/names.json\`) and the cases in \`tests/golden\`:
\`npm run docs:compatibility\` writes it, and a test fails while it is out of date.`,
    "The names are JAX's in camel case: `zeros_like` is `zerosLike`. The number after a name says how many golden cases\ncall it: values, derivatives, printed programs or errors that JAX computed (a case may call several functions). A name without\na number is in no golden case; what is known of it, other tests say.",
    "That a name exists does not say that each of its options does: an option that is not supported is an error, never ignored.",
    ["| | names in JAX | here | of these with golden cases | cases |", "|---|---|---|---|---|", ...rows].join("\n"),
    ...sections,
  ].join("\n\n")}\n`;
}
