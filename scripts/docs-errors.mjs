// Writes docs/errors.md from the classes of errors and what their examples print (tests/errors).
import { writeDocs } from "./write-docs.mjs";

writeDocs("tests/errors/docs.test.ts");
