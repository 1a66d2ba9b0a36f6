/** Loading this file adds what tests need: the reference backend, and checks of programs (`config.enableChecks`). */
import { createReferenceBackend } from "../backends/reference/backend.ts";
import { checkProgram } from "../compile/check.ts";
import { checkJaxpr } from "../core/check.ts";
import { installChecks } from "../core/checks.ts";
import { registerBackend } from "../runtime/device.ts";

registerBackend("reference", createReferenceBackend);
installChecks({ jaxpr: checkJaxpr, program: checkProgram });
