/**
 * The curves of a run of `fit` on a stage: loss and metrics at the end of each epoch, and the learning rate step by
 * step.
 */
import type { Callback, Logs, Training } from "lanegrad";
import type { Stage } from "../stage.js";

const section = "Training";
const rateTitle = "learning rate";
const mostRates = 800;

/** Draws the curves during training. */
export class Curves implements Callback {
  readonly #stage: Pick<Stage, "show">;
  readonly #titles = new Set<string>();
  #steps: number[] = [];
  #rates: number[] = [];
  #step = 0;
  /** Every so many steps a point is kept; the number doubles whenever there are too many points. */
  #every = 1;

  constructor(stage: Pick<Stage, "show">) {
    this.#stage = stage;
  }

  onBatchEnd(_batch: number, _logs: unknown, training: Training): void {
    if (this.#step++ % this.#every !== 0) return;
    this.#steps.push(this.#step);
    this.#rates.push(training.learningRate);
    if (this.#steps.length < mostRates) return;
    this.#steps = this.#steps.filter((_, i) => i % 2 === 0);
    this.#rates = this.#rates.filter((_, i) => i % 2 === 0);
    this.#every *= 2;
  }

  onEpochEnd(epoch: number, logs: Logs): void {
    for (const [name, y] of Object.entries(logs)) {
      const chart = name.replace(/^val(.)/, (_, letter: string) => letter.toLowerCase());
      if (!this.#titles.has(chart)) {
        this.#titles.add(chart);
        const axes = { xLabel: "epoch", yLabel: chart, marks: "lines" } as const;
        this.#stage.show({ kind: "chart", title: chart, section, ...axes, series: [] });
      }
      this.#stage.show({ kind: "point", chart, series: name, x: epoch + 1, y });
    }
    if (this.#steps.length < 2) return;
    const series = [{ name: rateTitle, x: this.#steps, y: this.#rates }];
    const axes = { xLabel: "step", yLabel: rateTitle, marks: "lines" } as const;
    this.#stage.show({ kind: "chart", title: rateTitle, section, ...axes, series });
  }
}
