/** Graphs of computations: nodes, edges, paths, DOT. */
import { describe, expect, it } from "vitest";
import { add, matmul, mul, ones, square, sum, tanh, tensor, type Tensor } from "lanegrad";
import { forwardDerivatives, graph, graphToDot, pathSum, reverseDerivatives } from "lanegrad/calculus";
import "../support/engine.js";

/** e = (a + b)·(b + 1) at a = 2, b = 1. */
const example = () => graph(({ a, b }) => mul(add(a, b), add(b, 1)), { a: tensor([2]), b: tensor([1]) }, "e");

describe("graph", () => {
  it("has values at its nodes and local derivatives on its edges", () => {
    const { nodes, edges, outputs } = example();
    expect(nodes.map(({ name, op, values }) => [name, op, ...values])).toEqual([
      ["a", "input", 2],
      ["b", "input", 1],
      ["v1", "add", 3],
      ["c1", "constant", 1],
      ["v2", "add", 2],
      ["e", "mul", 6],
    ]);
    expect(edges.map(({ from, to, derivative }) => [from, to, derivative])).toEqual([
      [0, 2, 1],
      [1, 2, 1],
      [1, 4, 1],
      [3, 4, undefined],
      [2, 5, 2],
      [4, 5, 3],
    ]);
    expect(outputs).toEqual([5]);
  });

  it("has norms of Jacobians where there are more numbers", () => {
    const x = tensor([[1, 2, 3]]);
    const { edges } = graph(({ x, W }) => sum(matmul(x, W)), { x, W: ones([3, 2]) });
    expect(edges.map(({ shape, norm }) => [shape, norm])).toEqual([
      [[1, 2, 1, 3], Math.sqrt(6)],
      [[1, 2, 3, 2], Math.sqrt(28)],
      [[1, 2], Math.sqrt(2)],
    ]);
  });

  it.each([
    ["no tensors", () => graph((x) => x.a, { a: 3 as never }), "graph: the inputs do not fit"],
    ["no function", () => graph(3 as never, { a: ones([1]) }), "graph: not a function"],
    ["no tensor as a result", () => graph(() => 3 as never, { a: ones([1]) }), "graph: the function returns no tensor"],
  ])("refuses %s", (_, call, text) => expect(call).toThrow(text));
});

describe("derivatives along the edges", () => {
  it("∂/∂b in forward mode, ∂e/∂ in reverse mode", () => {
    expect(forwardDerivatives(example(), "b")).toEqual([0, 1, 1, 0, 1, 5]);
    expect(reverseDerivatives(example())).toEqual([2, 5, 2, 0, 3, 1]);
  });

  it("are sums over paths, of which factoring spares the multiplications", () => {
    const three = (x: Tensor, factors: readonly number[]): Tensor =>
      factors.map((factor) => mul(x, factor)).reduce((a, b) => add(a, b));
    const nine = graph(({ x }) => three(three(x, [2, 3, 5]), [7, 11, 13]), { x: tensor([1]) });
    expect(pathSum(nine, "x", "y")).toMatchObject({ paths: 9, derivative: 10 * 31 });
    expect(pathSum(example(), "b", "e")).toMatchObject({ paths: 2, derivative: 5, multiplications: 2, factored: 2 });
    expect(pathSum(example(), "e", "b")).toMatchObject({ paths: 0, derivative: 0 });
  });

  it.each([
    ["a name that is not there", () => forwardDerivatives(example(), "z"), 'no node has this name; expected a, b, v1, c1, v2, e, got "z"'],
    ["what is no graph", () => pathSum({ nodes: [{}] } as never, "a", "b"), "this is no graph; expected what graph() returned"],
    ["nodes of several numbers", () => reverseDerivatives(graph(({ x }) => square(x), { x: ones([2]) })), "a node is no single number; expected a graph of single numbers, got x of 2 elements"],
  ] as const)("refuse %s", (_, call, text) => expect(call).toThrow(text)); // prettier-ignore
});

it("graphToDot draws boxes and arrows, with notes", () => {
  const dot = graphToDot(
    graph(({ x }) => tanh(x), { x: tensor([0]) }),
    { notes: ["∂y/∂x = 1", undefined] },
  );
  expect(dot.split("\n")).toEqual([
    "digraph {",
    "  rankdir=LR;",
    "  node [shape=box];",
    '  n0 [label="x\\n0\\n∂y/∂x = 1"];',
    '  n1 [label="y = tanh\\n0", peripheries=2];',
    '  n0 -> n1 [label="1"];',
    "}",
  ]);
});
