/** For `node node.js`. */
import { trainXor } from "./xor.js";

console.log(JSON.stringify(await trainXor()));
