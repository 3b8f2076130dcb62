/**
 * Hooks of Node's module loader for the mutants of rooms (runner.mjs): TypeScript is compiled file by file, `vitest` is suite.mjs, and every test file has a
 * graph of modules of its own. The graph travels as the query of the address: what a file of the tree imports gets the query of its importer.
 */
import { existsSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { transformSync } from "esbuild";

const suite = new URL("./suite.mjs", import.meta.url).href;
const compiled = new Map();
let root;

/** @param folder the address of the tree whose modules belong to a graph, with a slash at its end */
export function initialize(folder) {
  root = folder;
}

/** Where a specifier of the tree leads, without a query; undefined for what Node resolves. */
function locate(specifier, parentURL) {
  if (specifier === "lanegrad") return new URL("src/index.ts", root);
  if (specifier.startsWith("lanegrad/")) return new URL(`src/${specifier.slice(9)}/index.ts`, root);
  if (!/^\.{0,2}\//.test(specifier) && !specifier.startsWith("file:")) return undefined;
  const url = new URL(specifier, parentURL);
  const source = new URL(url.href.replace(/\.js(?=$|\?)/, ".ts"));
  return existsSync(fileURLToPath(url)) || !existsSync(fileURLToPath(source)) ? url : source;
}

export function resolve(specifier, context, nextResolve) {
  const { parentURL = "" } = context;
  if (!parentURL.startsWith(root) && !specifier.startsWith(root)) return nextResolve(specifier, context);
  if (specifier === "vitest") return { url: suite, shortCircuit: true };
  const url = locate(specifier, parentURL);
  if (url === undefined || !url.href.startsWith(root) || url.pathname.includes("/node_modules/"))
    return nextResolve(specifier, context);
  if (url.search === "") url.search = new URL(parentURL).search;
  return { url: url.href, shortCircuit: true };
}

export function load(address, context, nextLoad) {
  if (!address.startsWith(root) || !/\.[mc]?[jt]s(\?|$)/.test(address)) return nextLoad(address, context);
  const path = fileURLToPath(address);
  let source = compiled.get(path);
  if (source === undefined) {
    source = readFileSync(path, "utf8");
    if (path.endsWith(".ts")) {
      const options = { loader: "ts", format: "esm", target: "node20.19", sourcefile: path };
      source = transformSync(source, options).code;
    }
    compiled.set(path, source);
  }
  return { format: "module", source, shortCircuit: true };
}
