/** Serves the course from the sources of the library, with the headers that let threads share memory. Works offline. */
import { fileURLToPath } from "node:url";
import { defineConfig } from "vite";

const at = (path: string): string => fileURLToPath(new URL(path, import.meta.url));

const headers = {
  "Cross-Origin-Opener-Policy": "same-origin",
  "Cross-Origin-Embedder-Policy": "require-corp",
};

export default defineConfig({
  root: import.meta.dirname,
  base: "./",
  cacheDir: at("../build/vite/course"),
  publicDir: false,
  // The course imports the package by name.
  resolve: {
    alias: [
      { find: /^lanegrad$/, replacement: at("../src/index.ts") },
      { find: /^lanegrad\/(\w+)$/, replacement: `${at("../src")}/$1/index.ts` },
    ],
  },
  // If Vite found these later, it would reload the page in the middle of a lesson.
  optimizeDeps: { include: ["uplot", "@viz-js/viz"] },
  worker: { format: "es" },
  build: {
    ...{ outDir: at("../build/site"), emptyOutDir: true, target: "es2022" },
    rolldownOptions: {
      input: { course: at("index.html"), "lanegrad-lesson": at("embed.ts") },
      output: { entryFileNames: "[name].js" },
    },
  },
  server: { headers, fs: { allow: [at("..")] } },
  preview: { headers },
});
