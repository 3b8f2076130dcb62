/**
 * `npm run kills`: bundles test/kills/main.ts into build/kills/ and runs it with the arguments given; the command it
 * kills is the one in build/lib/.
 */
import { spawnSync } from "node:child_process";
import { build } from "esbuild";

await build({
  entryPoints: ["test/kills/main.ts"],
  outfile: "build/kills/main.js",
  bundle: true,
  format: "esm",
  platform: "node",
  target: "node20",
});
const options = ["build/kills/main.js", ...process.argv.slice(2)];
process.exitCode = spawnSync(process.execPath, options, { stdio: "inherit" }).status ?? 1;
