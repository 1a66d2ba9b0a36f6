import "../src/runtime/install.ts";
import "../src/debug/install.ts";
