/** `debug`: looking at what programs do. */
export { callback, type DebugCallbackOptions } from "./callback.ts";
export * as checkify from "./checkify.ts";
export { explainCompile } from "./explain.ts";
export { checkingLeaks } from "./leaks.ts";
export { print } from "./print.ts";
export { profile } from "./profile.ts";
