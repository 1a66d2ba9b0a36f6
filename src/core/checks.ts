/**
 * Checks of programs after each pass, for tests (`config.enableChecks`). They are installed by `adjoint/testing` and so are
 * no part of other bundles.
 */
import { OptionError } from "../errors/index.ts";
import { config } from "./config.ts";
import type { Jaxpr } from "./jaxpr.ts";

/** What the room `debug` installs. `program` takes a compiled program, which this room does not know. */
export interface Checks {
  readonly jaxpr: (jaxpr: Jaxpr) => void;
  readonly program: (program: never) => void;
}

let checks: Checks | undefined;

/** Makes `config.enableChecks` work. */
export function installChecks(installed: Checks): void {
  checks = installed;
}

/** The checks, if the configuration asks for them. @throws OptionError if they were not installed. */
export function enabledChecks(): Checks | undefined {
  if (!config.enableChecks) return undefined;
  if (checks !== undefined) return checks;
  throw new OptionError({
    what: "config.enableChecks is on, but the checks are not loaded",
    fix: 'import "adjoint/testing" once',
  });
}
