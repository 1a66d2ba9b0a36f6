// Finds a Chromium on this machine: for the tests in a browser and for the pictures in the README.
import { spawnSync } from "node:child_process";
import { accessSync, constants, existsSync } from "node:fs";
import { delimiter, join } from "node:path";

const names = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable"];

/** How to start it where no screen is, and where the user may be root, which Chromium's own sandbox does not allow. */
export const launchOptions = { headless: true, args: ["--no-sandbox", "--disable-dev-shm-usage"] };

/** @param {string} file */
function isProgram(file) {
  try {
    accessSync(file, constants.X_OK);
  } catch {
    return false;
  }
  // Some systems have a script of that name that only says how to install the program.
  return spawnSync(file, ["--version"], { stdio: "ignore", timeout: 20_000 }).status === 0;
}

/**
 * The program that `CHROMIUM` names, or else the first on the path that is called as Chromium is in packages of systems.
 * @returns {{ path: string, reason: undefined } | { path: undefined, reason: string }} `reason` says why there is none
 */
export function findChromium() {
  const { CHROMIUM: wanted, PATH = "" } = process.env;
  if (wanted !== undefined && wanted !== "") {
    if (isProgram(wanted)) return { path: wanted, reason: undefined };
    const what = existsSync(wanted) ? "does not start" : "does not exist";
    return { path: undefined, reason: `CHROMIUM names ${wanted}, which ${what}` };
  }
  const folders = [...new Set([...PATH.split(delimiter), "/usr/bin"])].filter((folder) => folder !== "");
  for (const name of names) {
    const path = folders.map((folder) => join(folder, name)).find(isProgram);
    if (path !== undefined) return { path, reason: undefined };
  }
  return {
    path: undefined,
    reason: `no ${names.join(", ")} is on the path; install one (apt-get install chromium), or name one by CHROMIUM`,
  };
}
