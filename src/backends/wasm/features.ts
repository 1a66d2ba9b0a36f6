/** What the engine can do, found by offering it small modules. */
import { ModuleBuilder } from "./module.ts";

/** Whether the engine takes a function of one vector that applies an instruction to copies of it. */
function accepts(operation: "f32x4.add" | "f32x4.relaxed_madd", operands: number): boolean {
  const module = new ModuleBuilder(true);
  const f = module.function("probe", ["v128"], ["v128"]);
  for (let i = 0; i < operands; i++) f.get(0);
  f.op(operation);
  return WebAssembly.validate(module.finish({ pages: 1, shared: false }).bytes);
}

let simd: boolean | undefined;
let relaxed: boolean | undefined;

/** Whether the engine has SIMD, which all programs use. */
export function supportsSimd(): boolean {
  simd ??= accepts("f32x4.add", 2);
  return simd;
}

/** Whether the engine has relaxed SIMD, of which fused multiply-add is used. */
export function supportsRelaxedSimd(): boolean {
  relaxed ??= accepts("f32x4.relaxed_madd", 3);
  return relaxed;
}
