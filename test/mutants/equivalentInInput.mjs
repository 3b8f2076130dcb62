/** Mutants of src/models/input that change nothing that a test could see: see equivalent.mjs. */
import { same } from "./same.mjs";

const unnamed = "a Float32Array of weights is a column as it is: no message names it";
export const inInput = [
  same("src/models/input/columns.ts", "integers are finite: they are only looked at for nothing", [
    'if (dtype !== "float32") return;',
    'dtype !== "float32"',
    "false",
  ]),
  same(
    "src/models/input/columns.ts",
    "what is undefined has no difference of 0, either, and the next line looks whether the end was reached",
    [
      "while (at < values.length && values[at] - values[at] === 0) at++; // NaN and ±∞ have no difference of 0",
      "at < values.length",
      "true",
    ],
    [
      "while (at < values.length && values[at] - values[at] === 0) at++; // NaN and ±∞ have no difference of 0",
      "at < values.length",
      "at <= values.length",
    ],
  ),
  same("src/models/input/sampleWeights.ts", "of a model without names, or with one, weights by name are refused", [
    'const known = (names ?? []).map((name = "", i, all) => {',
    "[]",
    '["Stryker was here"]',
  ]),
  same("src/models/input/sampleWeights.ts", "every output of a model comes from a layer, which has a name", [
    'const known = (names ?? []).map((name = "", i, all) => {',
    '""',
    '"Stryker was here!"',
  ]),
  same("src/models/input/sampleWeights.ts", unnamed, [
    'const columnOf = ({ values, shape }: Weights): Column => toColumn(op, "sampleWeight", values, () => shape);',
    '"sampleWeight"',
    '""',
  ]),
  same("src/models/input/sampleWeights.ts", unnamed, [
    'return [toColumn(op, "classWeight", values, () => [values.length])];',
    '"classWeight"',
    '""',
  ]),
  same("src/models/input/sampleWeights.ts", "without a shape a tensor has one axis of all values", [
    'return [toColumn(op, "classWeight", values, () => [values.length])];',
    "() => [values.length]",
    "() => undefined",
  ]),
];
