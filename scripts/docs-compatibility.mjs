// Writes docs/compatibility.md from the library, JAX's names and the golden cases (tests/docs/compatibility.ts).
import { writeDocs } from "./write-docs.mjs";

writeDocs("tests/docs/compatibility.test.ts");
