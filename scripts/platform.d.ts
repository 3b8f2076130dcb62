/**
 * What the declarations of lanegrad name of the surroundings, for projects whose compiler knows neither browsers nor Node (lib without "dom", no @types/node).
 * Where it does know them, these merge with what it knows. Copied beside the declarations by declarations.mjs.
 */
interface AbortSignal {}
interface URL {}
interface Blob {}
interface File {}
interface Response {}
interface ReadableStream<R = any> {}
interface WritableStream<W = any> {}

declare namespace WebAssembly {
  interface Module {}
  interface Memory {}
  interface Instance {}
  interface Global {}
  interface Table {}
}

interface SymbolConstructor {
  readonly dispose: unique symbol;
}

interface Disposable {
  [Symbol.dispose](): void;
}
