/** `npm run soak`: bundles test/soak/main.ts into build/soak/ and runs it with the arguments given. */
import { spawnSync } from "node:child_process";
import { build } from "esbuild";

await build({
  entryPoints: ["test/soak/main.ts"],
  outfile: "build/soak/main.js",
  bundle: true,
  format: "esm",
  platform: "node",
  target: "node20",
  alias: { lanegrad: "./src/index.ts" },
  external: ["esbuild", "playwright-core"],
  plugins: [
    {
      name: "wasm-beside",
      setup({ onResolve }) {
        onResolve({ filter: /^#wasm\// }, ({ path }) => ({ path: path.replace("#", "../") + ".js", external: true }));
      },
    },
  ],
});
const options = ["build/soak/main.js", ...process.argv.slice(2)];
process.exitCode = spawnSync(process.execPath, options, { stdio: "inherit" }).status ?? 1;
