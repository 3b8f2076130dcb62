/** How {@link decode} chooses tokens: `strategies.beam({ width: 5 })`. */
export { beam, type BeamOptions } from "./beam.js";
export { greedy, sampling } from "./oneByOne.js";
