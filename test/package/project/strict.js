/**
 * For a page whose policy forbids scripts that are not served: worker and kernels are files beside the page. With `refused` in its address it shows
 * what info() says once the browser has refused the worker, which training does not wait for.
 */
import { info } from "lanegrad";
import { trainXor } from "./xor.js";

const { workerUrl, wasm, threads, refused } = Object.fromEntries(new URLSearchParams(document.location.search));
const show = (result) => {
  document.querySelector("output").textContent = JSON.stringify(result);
};
const count = threads ?? (wasm?.includes("threads") ? 2 : 1);
const module = wasm && WebAssembly.compileStreaming(fetch(wasm));

/** The result with what info() says as soon as one thread works alone, or after ten seconds. */
async function afterRefusal(result) {
  for (let i = 0; i < 200 && info().threads > 1; i++) await new Promise((wake) => setTimeout(wake, 50));
  return { ...result, info: info() };
}

Promise.resolve(module)
  .then((module) => trainXor({ ...(module && { module }), threads: Number(count), workerUrl }))
  .then((result) => (refused === undefined ? result : afterRefusal(result)))
  .then(show, (error) => show({ error: String(error) }));
