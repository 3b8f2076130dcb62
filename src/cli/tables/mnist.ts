/**
 * The course's table of MNIST's test errors and what `lanegrad table mnist` asks of each row. Published errors: LeCun et al. 1998 and its web page; Cireşan et al. 2010 for six layers. In percent.
 */
import { mnistCnn, mnistLenet } from "../recipes/convolutional.js";
import {
  mnistLinear,
  mnistLinearDeskewed,
  mnistMlp1000,
  mnistMlp300,
  mnistMlp300Deskewed,
  mnistMlpSixLayer,
} from "../recipes/perceptrons.js";
import { epochTime, epochs, parameters, time } from "./columns.js";
import type { Table, TableRow } from "./table.js";

/** In the order of the course. */
export const mnistRows: readonly TableRow[] = [
  { recipe: mnistLinear, published: 12, bound: 8, quickBound: 8.5, quickEpochs: 2 },
  { recipe: mnistLinearDeskewed, published: 8.4, bound: 6, quickBound: 5.5, quickEpochs: 2 },
  { recipe: mnistMlp300, published: 4.7, bound: 1.6, quickBound: 3, quickEpochs: 2 },
  { recipe: mnistMlp300Deskewed, published: 1.6, bound: 1.2, quickBound: 2.2, quickEpochs: 2 },
  { recipe: mnistMlp1000, published: 4.5, bound: 1.5, quickBound: 3, quickEpochs: 2 },
  { recipe: mnistMlpSixLayer, published: 0.35, bound: 0.6, quickBound: 6, quickEpochs: 2, quickTraining: 15_000 },
  { recipe: mnistLenet, published: undefined, bound: 0.8, quickBound: 2, quickEpochs: 2 },
  { recipe: mnistCnn, published: undefined, bound: 0.4, quickBound: 3, quickEpochs: 2, quickTraining: 10_000 },
];

/** Errors beside the published ones. */
export const mnistTable: Table = {
  name: "mnist",
  measure: "error",
  rows: mnistRows,
  columns: [
    { title: "error", width: 7, text: ({ testErrorPercent }) => `${testErrorPercent.toFixed(2)} %` },
    {
      title: "published",
      width: 9,
      text: ({ row: { published } }) =>
        published === undefined ? "" : `${published.toFixed(published < 1 ? 2 : 1)} %`,
    },
    parameters,
    epochs,
    time,
    epochTime,
  ],
  timedSamples: 10_000,
};
