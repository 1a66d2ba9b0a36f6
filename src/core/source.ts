/** The user's source lines, where the rooms that make equations look for them. */
export * from "../util/source.ts";
