/**
 * The entry lanegrad/calculus: derivatives of functions of tensors, forwards and backwards, and the graph on which one
 * can watch them come about. An entry of its own, so that pages without it do not carry it.
 */
export { hvp, type HvpOptions } from "./curvature.js";
export { jvp, type Result, type ValueAndTangent } from "./forwardMode.js";
export { graph, type ComputationGraph, type GraphEdge, type GraphNode } from "./graph.js";
export { forwardDerivatives, pathSum, reverseDerivatives, type PathSum } from "./graphPaths.js";
export { graphToDot, type GraphToDotOptions } from "./graphToDot.js";
export { grad, jacobian, type JacobianOptions, valueAndGrad, type ValueAndGradients, vjp } from "./reverseMode.js";
