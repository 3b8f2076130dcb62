/**
 * Kernels that the user passes instead of those that the package carries: for a strict content-security policy, a CDN,
 * or a module compiled once for many workers. Imported only when some are given, and itself imports nothing but errors:
 * bundlers would put whatever it shared with a page into separate files.
 */
import { UsageError, message, show } from "../../errors.js";
import type { LoadedPart, ModuleSource, ModuleSources } from "./load.js";
import type { Part } from "../parts.js";

/** Compiles what the user passed for these parts; leaves out parts that the user did not pass. */
export async function loadSources(sources: ModuleSources, parts: readonly Part[]): Promise<LoadedPart[]> {
  const given = parts.filter(({ name }) => sources[name] !== undefined);
  return Promise.all(given.map(async (part) => ({ part, module: await loadSource(sources[part.name]) })));
}

/** What the user passed, by part. A single module is the core. @throws {UsageError} when the core is missing */
export function sourcesOf(module: ModuleSource | ModuleSources): ModuleSources {
  if (isSource(module)) return { core: module };
  const { core }: Partial<ModuleSources> = module;
  if (core === undefined) {
    const got = `{ ${Object.keys(module).join(", ")} }`;
    throw new UsageError(message("init", "module has no core", { expected: "a module, or { core: …, … }", got }));
  }
  return module;
}

function isSource(module: ModuleSource | ModuleSources): module is ModuleSource {
  return Object.getPrototypeOf(module) !== Object.prototype;
}

/** Compiles one source. */
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
