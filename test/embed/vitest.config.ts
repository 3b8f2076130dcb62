import { defineConfig } from "vitest/config";

/** `npm run embed`: not among the tests that run at each change, since it installs tools from the registry. */
export default defineConfig({
  test: {
    name: "embed",
    include: ["test/embed/**/*.test.ts"],
    testTimeout: 300_000,
    hookTimeout: 600_000,
    maxWorkers: 1,
  },
});
