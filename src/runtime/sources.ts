/**
 * Kernels that the user hands in place of those that the package carries: for a strict content-security policy, a CDN, or a module compiled once for many
 * workers. Imported where some are given, and itself without imports but errors: what it shared with a page, bundlers would put into files of its own.
 */
import { UsageError, message, show } from "../errors.js";
import type { LoadedPart, ModuleSource, ModuleSources } from "./load.js";
import type { Part } from "./parts.js";

/** Compiles what the user handed in for these parts, and leaves out those that he did not. */
export async function loadSources(sources: ModuleSources, parts: readonly Part[]): Promise<LoadedPart[]> {
  const given = parts.filter(({ name }) => sources[name] !== undefined);
  return Promise.all(given.map(async (part) => ({ part, module: await loadSource(sources[part.name]) })));
}

/** What the user handed in, by part: one module is the core. Throws UsageError where the core is missing. */
export function sourcesOf(module: ModuleSource | ModuleSources): ModuleSources {
  if (isSource(module)) return { core: module };
  const { core }: Partial<ModuleSources> = module;
  if (core === undefined) {
    const got = `{ ${Object.keys(module).join(", ")} }`;
    throw new UsageError(message("init", "module lacks the core", { expected: "a module, or { core: …, … }", got }));
  }
  return module;
}

function isSource(module: ModuleSource | ModuleSources): module is ModuleSource {
  return Object.getPrototypeOf(module) !== Object.prototype;
}

/** Compiles one of them. */
async function loadSource(source: ModuleSource): Promise<WebAssembly.Module> {
  if (source instanceof WebAssembly.Module) return source;
  if (typeof source !== "string" && !(source instanceof URL)) return WebAssembly.compile(source);
  const response = await fetch(source);
  if (!response.ok) {
    const got = `${response.status} ${response.statusText} from ${show(String(source))}`;
    throw new UsageError(message("init", "the module could not be fetched", { expected: "status 200", got }));
  }
  return WebAssembly.compile(await response.arrayBuffer());
}
