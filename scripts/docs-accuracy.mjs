// Writes the table of docs/accuracy.md from the bounds that the tests hold the library to (tests/backends/accuracy.ts).
import { writeDocs } from "./write-docs.mjs";

writeDocs("tests/docs/accuracy.test.ts");
