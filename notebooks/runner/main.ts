// The command `npm run notebook`: the command line, in Node.

import { isAbsolute } from "node:path";
import { pathToFileURL } from "node:url";
import { formatWithOptions } from "node:util";
import { runCommand } from "./cli.ts";
import { hasOwnText } from "./execute.ts";
import { wantsColour, widthFor } from "./terminal.ts";

const { stdout, stderr, env, argv } = process;

process.exitCode = await runCommand(argv.slice(2), {
  // Files are named by their whole paths; packages, this one first of all, are looked for from here.
  modules: (specifier) => import(isAbsolute(specifier) ? pathToFileURL(specifier).href : specifier),
  // What brings its own text, as arrays do, shows it; everything else looks as on Node's console.
  format: (values) =>
    formatWithOptions({ colors: false }, ...values.map((value) => (hasOwnText(value) ? String(value) : value))),
  width: widthFor(stdout.columns),
  colour: wantsColour(stdout.isTTY === true, env),
  write: (text) => void stdout.write(text),
  writeError: (text) => void stderr.write(text),
});
