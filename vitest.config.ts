import { defineConfig } from "vitest/config";

const packageTests = "test/package/**/*.test.ts";

export default defineConfig({
  test: {
    testTimeout: 30_000,
    projects: [
      { extends: true, test: { name: "library", include: ["test/**/*.test.ts"], exclude: [packageTests] } },
      { extends: true, test: { name: "package", include: [packageTests], globalSetup: "test/package/setup.ts" } },
    ],
  },
});
