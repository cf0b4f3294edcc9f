// Puts a built program into the package of its platform:
//     node make-platform-package.mjs linux-x64 target/release/stdlib-pack FOLDER
// FOLDER is made, and can be given to `npm pack` and `npm publish`.
import { chmodSync, copyFileSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const npm = dirname(dirname(fileURLToPath(import.meta.url)));
const main = JSON.parse(readFileSync(join(npm, "package.json"), "utf8"));
const platforms = Object.keys(main.optionalDependencies).map((name) => name.split("/")[1]);

const [platform, program, folder] = process.argv.slice(2);
if (!folder || !platforms.includes(platform)) {
  console.error(`usage: make-platform-package.mjs PLATFORM PROGRAM FOLDER\nplatforms: ${platforms.join(", ")}`);
  process.exit(2);
}

const [os, cpu, libc = "glibc"] = platform.split("-");
const file = os === "win32" ? "bin/stdlib-pack.exe" : "bin/stdlib-pack";
const described = {
  name: `@stdlib-pack/${platform}`,
  version: main.version,
  description: `The program of stdlib-pack for ${platform}`,
  license: main.license,
  ...(main.repository && { repository: main.repository }),
  os: [os],
  cpu: [cpu],
  ...(os === "linux" && { libc: [libc] }),
  // A program cannot be run out of Yarn's zips.
  preferUnplugged: true,
};

mkdirSync(join(folder, "bin"), { recursive: true });
copyFileSync(program, join(folder, file));
chmodSync(join(folder, file), 0o755);
for (const licence of ["LICENSE-APACHE", "LICENSE-MIT"]) {
  copyFileSync(join(npm, "..", licence), join(folder, licence));
}
writeFileSync(join(folder, "package.json"), JSON.stringify(described, null, 2) + "\n");
const readme = `# ${described.name}

${described.description}. Install [stdlib-pack](https://www.npmjs.com/package/stdlib-pack), which takes it along.
`;
writeFileSync(join(folder, "README.md"), readme);
