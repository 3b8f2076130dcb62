/** For a page whose policy forbids scripts that are not served: worker and kernels are files beside the page. */
import { trainXor } from "./xor.js";

const { workerUrl, wasm } = Object.fromEntries(new URLSearchParams(document.location.search));
const show = (result) => {
  document.querySelector("output").textContent = JSON.stringify(result);
};
WebAssembly.compileStreaming(fetch(wasm))
  .then((module) => trainXor({ module, threads: wasm.includes("threads") ? 2 : 1, workerUrl }))
  .then(show, (error) => show({ error: String(error) }));
