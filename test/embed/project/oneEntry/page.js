/** For a page: the result, or the error, is the page's text. */
import { trainXor } from "./xor.js";

const show = (result) => {
  document.querySelector("output").textContent = JSON.stringify(result);
};
trainXor().then(show, (error) => show({ error: String(error) }));
