/** Which backends there are and which one runs what no device is named for. */
import type { Backend } from "../backends/backend.ts";
import { config } from "../core/config.ts";
import { BackendError } from "../errors/index.ts";
import { suggest } from "../util/suggest.ts";

const factories = new Map<string, () => Backend>();
const backends = new Map<string, Backend>();

/** Makes a backend known; it is created when it is first used. */
export function registerBackend(name: string, create: () => Backend): void {
  factories.set(name, create);
}

/** Names of all backends. @example backendNames() */
export function backendNames(): string[] {
  return [...factories.keys()];
}

/**
 * A backend by name; by default that of `config.defaultBackend`.
 * @throws BackendError for an unknown name.
 */
export function getBackend(name: string = config.defaultBackend): Backend {
  let backend = backends.get(name);
  if (backend === undefined) {
    const create = factories.get(name);
    if (create === undefined) {
      const guess = suggest(name, factories.keys());
      throw new BackendError({
        what: `there is no backend ${JSON.stringify(name)}`,
        fix:
          name === "reference"
            ? 'import "adjoint/testing", which registers it'
            : guess === undefined
              ? `the backends are ${backendNames().join(", ")}`
              : `did you mean "${guess}"?`,
      });
    }
    backend = create();
    backends.set(name, backend);
  }
  return backend;
}

/** The name of the backend that runs by default: JAX's `jax.default_backend()`. @example defaultBackend() // "wasm" */
export function defaultBackend(): string {
  return getBackend().name;
}
