// Usage: node tools/complete-lock.mjs FOLDER/package-lock.json ...
// npm leaves the binaries of other platforms out of a lock when the registry it was made from does not carry them, and
// `npm ci` then refuses that lock. This adds the missing optional packages by name and version, with the platform that
// their name says, so that npm skips them here and installs them where they belong. `make lock` runs it.
import { readFileSync, writeFileSync } from "node:fs";

const OS = ["aix", "android", "darwin", "freebsd", "linux", "netbsd", "openbsd", "openharmony", "sunos", "win32"];
const CPU = ["arm", "arm64", "ia32", "loong64", "mips64el", "ppc64", "riscv64", "s390x", "wasm32", "x64"];

for (const file of process.argv.slice(2)) {
  const lock = JSON.parse(readFileSync(file, "utf8"));
  const packages = lock.packages;
  let added = 0;
  for (const [place, owner] of Object.entries({ ...packages })) {
    for (const [name, version] of Object.entries(owner.optionalDependencies ?? {})) {
      if (packages[`node_modules/${name}`] || packages[`${place}/node_modules/${name}`]) continue;
      const words = name.split("/").pop().split("-");
      const entry = { version, cpu: words.filter((w) => CPU.includes(w)), os: words.filter((w) => OS.includes(w)) };
      if (words.some((w) => w.startsWith("musl"))) entry.libc = ["musl"];
      else if (words.some((w) => w.startsWith("gnu"))) entry.libc = ["glibc"];
      packages[`node_modules/${name}`] = { ...entry, optional: true, ...(owner.dev ? { dev: true } : {}) };
      added += 1;
    }
  }
  const sorted = Object.entries(packages).sort(([a], [b]) => (a < b ? -1 : 1));
  lock.packages = Object.fromEntries(sorted);
  writeFileSync(file, `${JSON.stringify(lock, null, 2)}\n`);
  console.log(`${file}: ${added} optional packages of other platforms added`);
}
