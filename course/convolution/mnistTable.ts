/**
 * The course's table of MNIST's test errors, in percent. Published errors: LeCun et al. 1998 and its web page; Cireşan
 * et al. 2010 for six layers.
 */
import { mnistLinear } from "../feedforward/mnistLinear.js";
import { mnistLinearDeskewed } from "../feedforward/mnistLinearDeskewed.js";
import { mnistMlp1000 } from "../feedforward/mnistMlp1000.js";
import { mnistMlp300 } from "../feedforward/mnistMlp300.js";
import { mnistMlp300Deskewed } from "../feedforward/mnistMlp300Deskewed.js";
import { mnistMlpSixLayer } from "../feedforward/mnistMlpSixLayer.js";
import { mnistDigits, mnistSource } from "../support/digits.js";
import { epochTime, epochs, parameters, time } from "../support/tables/columns.js";
import type { TableRow } from "../support/tables/table.js";
import { table } from "../support/tables/tableLesson.js";
import { mnistCnn } from "./mnistCnn.js";
import { mnistLenet } from "./mnistLenet.js";

/** The rows in the order of the course. */
export const mnistRows: readonly TableRow[] = [
  { network: mnistLinear, published: 12, bound: 8, quickBound: 8.5, quickEpochs: 2 },
  { network: mnistLinearDeskewed, published: 8.4, bound: 6, quickBound: 5.5, quickEpochs: 2 },
  { network: mnistMlp300, published: 4.7, bound: 1.6, quickBound: 3, quickEpochs: 2 },
  { network: mnistMlp300Deskewed, published: 1.6, bound: 1.2, quickBound: 2.2, quickEpochs: 2 },
  { network: mnistMlp1000, published: 4.5, bound: 1.5, quickBound: 3, quickEpochs: 2 },
  { network: mnistMlpSixLayer, published: 0.35, bound: 0.6, quickBound: 6, quickEpochs: 2, quickTraining: 15_000 },
  { network: mnistLenet, published: undefined, bound: 0.8, quickBound: 2, quickEpochs: 2 },
  { network: mnistCnn, published: undefined, bound: 0.4, quickBound: 3, quickEpochs: 2, quickTraining: 10_000 },
];

/** The errors beside the published ones. */
export const mnistTable = table({
  name: "mnist",
  title: "Test errors on MNIST beside the published ones",
  about: "the networks for digits and their test errors beside the published ones",
  chapter: "convolution",
  sources: [mnistSource],
  data: mnistDigits,
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
});
