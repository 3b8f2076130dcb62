/**
 * The entry lanegrad/classic: the networks before and beside back-propagation. Each is a class with its own training,
 * saved by its method `save` and loaded by `loadClassic`. An entry of its own, so that pages without it do not carry it.
 */
export type { BoltzmannFitOptions } from "./boltzmannTraining.js";
export { BoltzmannMachine, type BoltzmannMachineFitOptions, type BoltzmannOptions } from "./boltzmann.js";
export { CompetitiveNetwork, type CompetitiveFitOptions, type CompetitiveOptions } from "./competitive.js";
export { HopfieldNetwork, type HopfieldOptions, type HopfieldRecallOptions, type HopfieldResult } from "./hopfield.js";
export { type ClassicNetwork, loadClassic } from "./load.js";
export { ModernHopfieldNetwork, type ModernHopfieldOptions } from "./modernHopfield.js";
export { Perceptron, type PerceptronFitOptions, type PerceptronOptions, type PerceptronResult } from "./perceptron.js";
export type { Topology } from "./mapGrid.js";
export type { Samples } from "./rows.js";
export {
  type BoltzmannSampleOptions,
  RestrictedBoltzmannMachine,
  type RestrictedBoltzmannOptions,
} from "./restrictedBoltzmann.js";
export {
  type MapErrors,
  type MapFitOptions,
  SelfOrganizingMap,
  type SelfOrganizingMapOptions,
} from "./selfOrganizingMap.js";
