/**
 * Who may import whom: the layer boundaries of docs/architecture.md as an ESLint plugin of three rules.
 *   rooms/down    an import leads to a room that the table below allows, and only runtime and ops reach the kernels
 *   rooms/cycles  no file imports itself through others, not even for types
 *   rooms/plain   lessons use no global but those of the language and a few that Node, pages and workers have in common
 * Does not look into node_modules, and does not resolve anything but relative paths, `#wasm/*` and `lanegrad`.
 */
import { existsSync, readFileSync, statSync } from "node:fs";
import { builtinModules } from "node:module";
import { dirname, relative, resolve, sep } from "node:path";
import vm from "node:vm";
import ts from "typescript";

const leaves = ["errors", "foreignNames", "sameName", "lists", "version", "config", "options", "explained"];
const core = [...leaves, "runtime", "tensor"];
const beside = ["initializers", "regularizers", "constraints", "metrics", "data", "io"];

/**
 * Room → the rooms that it may import, itself aside. A room missing here is a lint error, so that a new one gets its
 * line.
 */
const below = {
  errors: ["foreignNames"],
  foreignNames: ["sameName"],
  sameName: [],
  lists: [],
  config: ["errors"],
  explained: ["errors"],
  options: ["errors", "lists"],
  version: [],
  runtime: leaves,
  tensor: [...leaves, "runtime"],
  ops: core,
  initializers: [...core, "ops"],
  regularizers: [...core, "ops"],
  constraints: [...core, "ops"],
  metrics: [...core, "ops"],
  data: [...core, "ops", "io"],
  io: leaves,
  callbacks: [...leaves, "io"],
  layers: [...core, "ops", "initializers", "regularizers", "constraints"],
  losses: [...core, "ops"],
  optimizers: [...core, "ops"],
  models: [...core, "ops", ...beside, "callbacks", "layers", "losses", "optimizers"],
  index: [...core, "ops", ...beside, "callbacks", "layers", "losses", "optimizers", "models"],
  names: ["errors", "options", "ops", "initializers", "regularizers", "constraints", "metrics", "losses", "optimizers"],
  report: [...leaves, "io", "callbacks", "models"],
  methods: [...core, "ops"],
  calculus: [...core, "ops"],
  words: [...core, "ops", "data", "io"],
  speech: [...core, "ops", "data", "io"],
  classic: [...core, "ops", "data", "io"],
  cli: [
    ...[...core, "ops", ...beside, "callbacks", "layers", "losses", "optimizers", "models", "index", "report"],
    ...["words", "speech", "classic", "bench", "course"],
  ],
};

/** Benchmarks of what users call, by the package's name; the rest of bench/ measures what the public API does not offer alone. */
const publicCases = /^bench\/cases\/(?!(adam|convGradient|launches)\.ts$)/;

const messages = {
  down: "{{from}} may not import {{to}}: imports point down only (src/{{from}} may use {{allowed}})",
  unknown: "src/{{from}} has no line in scripts/lint/rooms.mjs: say there what it may import",
  kernels: "only ops and runtime call kernels; use or write an op instead of importing {{to}}",
  part: 'an op does not know which part of the wasm holds a kernel: import it from "#wasm/kernels" instead of {{to}}',
  whole: "import kernels by name: where the whole module is imported, bundlers keep every part of the wasm",
  node: "src outside src/cli runs in browsers too: no import of {{to}} (process.getBuiltinModule where Node offers more)",
  api: '{{from}} uses the public API: import from "lanegrad" instead of {{to}}',
  site: 'site uses course/, src/report/ and the public API: import from "lanegrad" instead of {{to}}',
  library: "src never imports itself by package name: use the relative path instead of {{to}}",
  plain: "course/ runs in Node, in pages and in workers: no use of {{to}}",
  cycle: "import cycle: {{path}}",
};

/** Path of `file` from the root, with forward slashes. */
const fromRoot = (root, file) => relative(root, file).split(sep).join("/");

/** src/tensor/shape.ts → tensor, src/errors.ts → errors, bench/cases/gemm.ts → bench; undefined elsewhere. */
function roomOf(path) {
  const [top, next] = path.split("/");
  if (top === "bench" || top === "course") return top;
  return top === "src" ? next?.replace(/\.ts$/, "") : undefined;
}

/** The TypeScript file that a relative import means, whether or not it exists. */
function target(file, specifier) {
  return resolve(dirname(file), specifier).replace(/\.js$/, ".ts");
}

/**
 * The complaint about one import, or undefined. `path` and `to` are relative to the root.
 */
function complaint(path, specifier, to) {
  const top = path.split("/")[0];
  if (top === "course" && to === undefined && !/^lanegrad(\/|$)/.test(specifier))
    return { messageId: "plain", data: { to: specifier } };
  if (top === "bench") {
    const inside = publicCases.test(path) ? /^bench\// : /^(bench\/|src\/(?!cli\/)|course\/support\/)/;
    return to === undefined || inside.test(to) ? undefined : { messageId: "api", data: { from: top, to: specifier } };
  }
  if (top === "examples" || top === "course") {
    return to !== undefined && !to.startsWith(`${top}/`)
      ? { messageId: "api", data: { from: top, to: specifier } }
      : undefined;
  }
  if (top === "site") {
    const isAllowed = to === undefined || /^(site|course|src\/report)\//.test(to);
    return isAllowed ? undefined : { messageId: "site", data: { to: specifier } };
  }
  const from = roomOf(path);
  if (from === undefined) return undefined;
  const allowed = below[from];
  if (allowed === undefined) return { messageId: "unknown", data: { from } };
  if (from !== "cli" && (specifier.startsWith("node:") || builtinModules.includes(specifier))) {
    return { messageId: "node", data: { to: specifier } };
  }
  if (specifier === "lanegrad" || specifier.startsWith("lanegrad/"))
    return { messageId: "library", data: { to: specifier } };
  if (specifier.startsWith("#wasm/kernels-") && from === "ops") return { messageId: "part", data: { to: specifier } };
  if (specifier.startsWith("#wasm/") && from !== "runtime" && from !== "ops")
    return { messageId: "kernels", data: { to: specifier } };
  const room = to === undefined ? undefined : (roomOf(to) ?? to);
  if (room === undefined || room === from || allowed.includes(room)) return undefined;
  return { messageId: "down", data: { from, to: room, allowed: allowed.join(", ") || "nothing" } };
}

const down = {
  meta: { type: "problem", schema: [], messages },
  create(context) {
    const path = fromRoot(context.cwd, context.filename);
    const check = (node, source) => {
      const specifier = source?.value;
      if (typeof specifier !== "string") return;
      const to = specifier.startsWith(".") ? fromRoot(context.cwd, target(context.filename, specifier)) : undefined;
      const found = complaint(path, specifier, to);
      if (found) context.report({ node, ...found });
    };
    return {
      ImportDeclaration(node) {
        check(node, node.source);
        const takesAll = node.specifiers.some(({ type }) => type === "ImportNamespaceSpecifier");
        if (takesAll && node.source.value === "#wasm/kernels" && node.importKind !== "type")
          context.report({ node, messageId: "whole" });
      },
      ExportNamedDeclaration: (node) => check(node, node.source),
      ExportAllDeclaration: (node) => check(node, node.source),
      ImportExpression: (node) => check(node, node.source),
      TSImportType: (node) => check(node, node.source),
    };
  },
};

const imports = new Map();

/** The files that `file` imports by a relative path, read anew only after it has changed. */
function importsOf(file) {
  const changed = statSync(file).mtimeMs;
  const known = imports.get(file);
  if (known?.changed === changed) return known.files;
  const { importedFiles } = ts.preProcessFile(readFileSync(file, "utf8"), true, true);
  const files = importedFiles
    .filter(({ fileName }) => fileName.startsWith("."))
    .map(({ fileName }) => target(file, fileName))
    .filter((to) => existsSync(to));
  imports.set(file, { changed, files });
  return files;
}

/** A shortest chain of imports from `start` back to `goal`, both included; undefined where there is none. */
function chain(start, goal) {
  const cameFrom = new Map([[start, undefined]]);
  for (const file of cameFrom.keys()) {
    if (file === goal) {
      const path = [];
      for (let at = file; at !== undefined; at = cameFrom.get(at)) path.unshift(at);
      return path;
    }
    for (const next of importsOf(file)) if (!cameFrom.has(next)) cameFrom.set(next, file);
  }
  return undefined;
}

const cycles = {
  meta: { type: "problem", schema: [], messages },
  create(context) {
    const check = (node) => {
      if (typeof node.source?.value !== "string" || !node.source.value.startsWith(".")) return;
      const next = target(context.filename, node.source.value);
      const path = existsSync(next) ? chain(next, context.filename) : undefined;
      if (path === undefined) return;
      const names = [context.filename, ...path].map((file) => fromRoot(context.cwd, file));
      context.report({ node: node.source, messageId: "cycle", data: { path: names.join(" → ") } });
    };
    return {
      ImportDeclaration: check,
      ExportAllDeclaration: check,
      ExportNamedDeclaration: check,
      ImportExpression: check,
    };
  },
};

/** Globals beside those of the language that a lesson may use: they are the same in Node, in pages and in workers. */
const commonGlobals = [
  "performance",
  "AbortSignal",
  "TextDecoder",
  "TextEncoder",
  "URL",
  "structuredClone",
  "WebAssembly",
];

const languageGlobals = new Set(Object.getOwnPropertyNames(vm.runInNewContext("globalThis")));

const plain = {
  meta: { type: "problem", schema: [], messages },
  create(context) {
    const isAllowed = (name) => languageGlobals.has(name) || commonGlobals.includes(name) || name === "undefined";
    return {
      "Program:exit"(node) {
        const global = context.sourceCode.getScope(node);
        const foreign = [
          ...global.variables.filter(({ defs }) => defs.length === 0).flatMap(({ references }) => references),
          ...global.through,
        ];
        for (const { identifier, isValueReference = true } of foreign) {
          if (!isValueReference || isAllowed(identifier.name)) continue;
          context.report({ node: identifier, messageId: "plain", data: { to: identifier.name } });
        }
      },
    };
  },
};

/** The plugin, for eslint.config.js. */
export const rooms = { meta: { name: "rooms" }, rules: { down, cycles, plain } };
