/** Engines that cannot run the wasm backend say so, and say what to do. */
import { afterEach, expect, test, vi } from "vitest";

afterEach(() => {
  vi.restoreAllMocks();
  vi.unstubAllGlobals();
  vi.resetModules();
});

test("an engine without SIMD", async () => {
  vi.resetModules();
  vi.spyOn(WebAssembly, "validate").mockReturnValue(false);
  const { createWasmBackend } = await import("../../src/backends/wasm/backend.ts");
  expect(() => createWasmBackend()).toThrow("the WebAssembly of this runtime has no SIMD");
});

test("an engine without relaxed SIMD multiplies and adds in two steps", async () => {
  vi.resetModules();
  const { supportsRelaxedSimd, supportsSimd } = await import("../../src/backends/wasm/features.ts");
  expect(supportsSimd()).toBe(true);
  vi.spyOn(WebAssembly, "validate").mockReturnValue(false);
  expect(supportsRelaxedSimd()).toBe(false);
});

test("no WebAssembly at all", async () => {
  vi.resetModules();
  vi.stubGlobal("WebAssembly", undefined);
  const { createWasmBackend } = await import("../../src/backends/wasm/backend.ts");
  expect(() => createWasmBackend()).toThrow("this runtime has no WebAssembly");
});
