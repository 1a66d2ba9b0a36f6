// What can be wrong with a manifest and its lock, as a function of both: they go in, the faults come out.

/**
 * @typedef {Record<string, string>} Versions
 * @typedef {{ dependencies?: Versions, devDependencies?: Versions, optionalDependencies?: Versions, version?: string,
 *             resolved?: string, link?: boolean, integrity?: string }} Entry
 */

/**
 * @param {Entry} manifest package.json
 * @param {{ packages: Record<string, Entry> }} lock package-lock.json
 * @param {string} folder where the manifest stands, as seen from the lock: a workspace has none of its own
 * @returns {string[]}
 */
export function lockFaults(manifest, lock, folder = "") {
  /** @type {string[]} */
  const faults = [];
  const { packages } = lock;

  for (const kind of /** @type {const} */ (["dependencies", "devDependencies", "optionalDependencies"])) {
    const wanted = manifest[kind] ?? {};
    const locked = packages[folder]?.[kind] ?? {};
    for (const name of new Set([...Object.keys(wanted), ...Object.keys(locked)])) {
      const version = wanted[name];
      if (version !== undefined && !/^\d+\.\d+\.\d+(-[\w.]+)?$/.test(version)) {
        faults.push(`${kind}: ${name} is "${version}"; pin one exact version`);
      }
      if (version !== locked[name]) {
        faults.push(
          `${kind}: ${name} is ${version ?? "absent"} in package.json and ${locked[name] ?? "absent"} in the lock`,
        );
      } else if (installed(packages, folder, name)?.version !== version) {
        faults.push(
          `${kind}: ${name} is ${version}, but the lock installs ${installed(packages, folder, name)?.version}`,
        );
      }
    }
  }
  // What is installed is the same for all manifests of a lock: once is enough.
  if (folder !== "") return faults;

  for (const [place, entry] of Object.entries(packages)) {
    if (entry.resolved !== undefined && /^\w+:/.test(entry.resolved)) {
      faults.push(`${place} names the address it came from; install with omit-lockfile-registry-resolved (see .npmrc)`);
    }
    if (place.includes("node_modules/") && !entry.link && entry.integrity === undefined)
      faults.push(`${place} has no integrity hash`);
    // npm writes a lock without the packages for platforms that the registry lacked, and then refuses it: "npm ci can
    // only install packages when your package.json and package-lock.json are in sync".
    for (const name of Object.keys(entry.optionalDependencies ?? {})) {
      if (installed(packages, place, name) === undefined) {
        faults.push(`${place || "package.json"} may install ${name}, which is missing from the lock: npm ci will fail`);
      }
    }
  }
  return faults;
}

/**
 * The package that Node would find: beside the one that asks, or in a folder above.
 * @param {Record<string, Entry>} packages
 * @param {string} place
 * @param {string} name
 * @returns {Entry | undefined}
 */
function installed(packages, place, name) {
  for (let base = place; ; ) {
    const found = packages[`${base === "" ? "" : `${base}/`}node_modules/${name}`];
    if (found !== undefined || base === "") return found;
    const end = base.lastIndexOf("node_modules/");
    base = base.slice(0, Math.max(0, end - 1));
  }
}
