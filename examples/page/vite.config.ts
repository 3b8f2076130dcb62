/**
 * Serves the page with the headers that let threads share memory. They are optional: without them the page works on one
 * thread.
 */
import { defineConfig } from "vite";

const headers = {
  "Cross-Origin-Opener-Policy": "same-origin",
  "Cross-Origin-Embedder-Policy": "require-corp",
};

export default defineConfig({ root: import.meta.dirname, server: { headers }, preview: { headers } });
