/** Networks that tell classes apart: the right ones are counted. */
import { decimal, percent } from "../format.js";
import { judge, printClasses, wrongOf } from "../report.js";
import { lookInside } from "../training/reportData.js";
import type { Task } from "./task.js";

/** Loss and accuracy, class by class. */
export const classes: Task = {
  live: ({ loss, accuracy }) => {
    const lossText = `loss ${decimal(loss)}`;
    return accuracy === undefined
      ? { score: lossText, details: [] }
      : { score: `accuracy ${percent(accuracy, 1)}`, details: [lossText] };
  },
  epoch: (logs) =>
    Object.entries(logs).map(
      ([name, value]) => `${name} ${name.toLowerCase().endsWith("loss") ? decimal(value) : percent(value)}`,
    ),
  counted: () => ({ name: "samples", perRow: 1 }),
  notes({ classNames, hasImages, vocabulary }) {
    const input = hasImages ? { input: "digit" } : vocabulary !== undefined && { input: "text", vocabulary };
    return { classNames, ...input };
  },
  async judge({ fit, model, data }) {
    const judgement = await judge(model, data, { fit });
    const { loss, accuracy } = judgement;
    const testErrorPercent = 100 * (1 - accuracy);
    return {
      summary: `${percent(accuracy)} right, ${wrongOf(judgement)}, loss ${decimal(loss)}`,
      numbers: { testLoss: loss, testAccuracy: accuracy, testErrorPercent },
      print: (terminal) => printClasses(judgement, data, terminal),
      page: () => lookInside(model, data, judgement),
    };
  },
};
