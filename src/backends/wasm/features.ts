/** What the engine can do, found by offering it small modules. */
import { ModuleBuilder } from "./module.ts";

let relaxed: boolean | undefined;

/** Whether the engine has relaxed SIMD, of which fused multiply-add is used. */
export function supportsRelaxedSimd(): boolean {
  if (relaxed === undefined) {
    const module = new ModuleBuilder(true);
    const f = module.function("probe", ["v128"], ["v128"]);
    for (let i = 0; i < 3; i++) f.get(0);
    f.op("f32x4.relaxed_madd");
    relaxed = WebAssembly.validate(module.finish({ pages: 1, shared: false }).bytes);
  }
  return relaxed;
}
