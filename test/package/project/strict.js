/** For a page whose policy forbids scripts that are not served: worker and kernels are files beside the page. */
import { trainXor } from "./xor.js";

const { workerUrl, wasm, threads } = Object.fromEntries(new URLSearchParams(document.location.search));
const show = (result) => {
  document.querySelector("output").textContent = JSON.stringify(result);
};
const count = threads ?? (wasm?.includes("threads") ? 2 : 1);
const module = wasm && WebAssembly.compileStreaming(fetch(wasm));
Promise.resolve(module)
  .then((module) => trainXor({ ...(module && { module }), threads: Number(count), workerUrl }))
  .then(show, (error) => show({ error: String(error) }));
