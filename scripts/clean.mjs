// Removes what a build made, so that nothing of a source file that is gone stays behind.
import { rmSync } from "node:fs";
import { fileURLToPath } from "node:url";

for (const folder of ["dist", "build"]) {
  rmSync(fileURLToPath(new URL(`../${folder}`, import.meta.url)), { recursive: true, force: true });
}
