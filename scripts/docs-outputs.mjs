// Runs the code of README.md, CONTRIBUTING.md and docs/*.md and writes what it prints into the pages (tests/docs).
import { writeDocs } from "./write-docs.mjs";

writeDocs("tests/docs/blocks.test.ts");
