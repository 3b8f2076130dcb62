import { fileURLToPath } from "node:url";
import { defineConfig } from "vitest/config";

const packageTests = "test/package/**/*.test.ts";
/** The tests that run once for each build of the kernels: `init` takes one build a process. */
const opsTests = "test/ops/**/*.test.ts";

export default defineConfig({
  // course/, bench/ and examples/ import the package by name.
  resolve: {
    alias: [
      { find: /^lanegrad$/, replacement: fileURLToPath(new URL("src/index.ts", import.meta.url)) },
      { find: /^lanegrad\/(\w+)$/, replacement: fileURLToPath(new URL("src/", import.meta.url)) + "$1/index.ts" },
    ],
  },
  test: {
    // Generous: a busy machine is no failure.
    testTimeout: 60_000,
    hookTimeout: 60_000,
    maxWorkers: 2,
    setupFiles: "test/support/setup/rejections.ts",
    projects: [
      {
        extends: true,
        test: { name: "library", include: ["test/**/*.test.ts"], exclude: [packageTests, opsTests, "test/embed/**"] },
      },
      { extends: true, test: { name: "library-simd", include: [opsTests], env: { LANEGRAD_BUILD: "simd" } } },
      { extends: true, test: { name: "library-relaxed", include: [opsTests], env: { LANEGRAD_BUILD: "relaxed" } } },
      { extends: true, test: { name: "package", include: [packageTests], globalSetup: "test/package/setup.ts" } },
    ],
  },
});
