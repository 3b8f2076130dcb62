/** `npm run fuzz`: bundles test/fuzz/main.ts into build/fuzz/ and runs it with the arguments given. */
import { spawnSync } from "node:child_process";
import { build } from "esbuild";

await build({
  entryPoints: ["test/fuzz/main.ts"],
  outfile: "build/fuzz/main.js",
  bundle: true,
  format: "esm",
  platform: "node",
  target: "node20",
  ignoreAnnotations: true, // tests are imported for what they do
  plugins: [
    {
      name: "wasm-beside",
      setup({ onResolve }) {
        onResolve({ filter: /^#wasm\// }, ({ path }) => ({ path: path.replace("#", "../") + ".js", external: true }));
      },
    },
  ],
});
const options = ["--expose-gc", "build/fuzz/main.js", ...process.argv.slice(2)];
process.exitCode = spawnSync(process.execPath, options, { stdio: "inherit" }).status ?? 1;
