// Vite's part in the type worker: `virtual:adjoint-declarations` is the address of a JSON file with what `declarations.mjs`
// gathers, a file of its own in a build, and answered by the server while one develops.
import { declarations } from "./declarations.mjs";

const name = "virtual:adjoint-declarations";
const resolved = `\0${name}`;
const address = "/@adjoint-declarations.json";

/** @returns {import("vite").Plugin} */
export function typeDeclarations() {
  let isBuild = false;
  return {
    name: "adjoint-declarations",
    configResolved(config) {
      isBuild = config.command === "build";
    },
    configureServer(server) {
      server.middlewares.use(address, (_request, response) => {
        response.setHeader("Content-Type", "application/json");
        response.end(JSON.stringify(declarations()));
      });
    },
    resolveId: (id) => (id === name ? resolved : undefined),
    load(id) {
      if (id !== resolved) return undefined;
      if (!isBuild) return `export default ${JSON.stringify(address)};`;
      const source = JSON.stringify(declarations());
      const file = this.emitFile({ type: "asset", name: "declarations.json", source });
      return `export default import.meta.ROLLUP_FILE_URL_${file};`;
    },
  };
}
