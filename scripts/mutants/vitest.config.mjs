/**
 * The tests that score a mutant of a room: those that MUTANTS_TESTS names, in one project, on the plain build. Stryker
 * reads it (rooms.mjs).
 */
import { fileURLToPath } from "node:url";
import { defineConfig } from "vitest/config";

export default defineConfig({
  root: fileURLToPath(new URL("../..", import.meta.url)),
  resolve: { alias: { lanegrad: fileURLToPath(new URL("../../src/index.ts", import.meta.url)) } },
  test: { include: process.env.MUTANTS_TESTS.split(" "), testTimeout: 60_000, hookTimeout: 60_000, pool: "threads" },
});
