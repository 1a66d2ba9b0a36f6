/** Makes arrays computable. The laws run on the reference backend unless they say otherwise. */
import "../../src/runtime/install.ts";
import { config } from "../../src/core/config.ts";

config.update("defaultBackend", "reference");
