/**
 * Everything that has been shown so far, in its latest state: points are in their charts, rows in their tables, and a
 * block that was shown again has replaced the older one.
 */
import type { Block, Chart, Conclusion, Fact, Shown, Table } from "./shown.js";

/** Collects what is shown. */
export class Collected {
  readonly #facts = new Map<string, Fact>();
  readonly #blocks = new Map<string, Block>();
  readonly #conclusions: Conclusion[] = [];

  /** The facts in the order in which each was first shown. */
  get facts(): readonly Fact[] {
    return [...this.#facts.values()];
  }

  get blocks(): readonly Block[] {
    return [...this.#blocks.values()];
  }

  get conclusions(): readonly Conclusion[] {
    return this.#conclusions;
  }

  /** Adds something shown. @returns the block that is new or has changed, if it is one */
  add(shown: Shown): Block | undefined {
    switch (shown.kind) {
      case "progress":
      case "now":
        return undefined;
      case "fact":
        this.#facts.set(shown.name, shown);
        return undefined;
      case "conclusion":
        this.#conclusions.push(shown);
        return undefined;
      case "point": {
        const chart = this.#blocks.get(`chart ${shown.chart}`) as Chart;
        const { name, x, y } = chart.series.find(({ name }) => name === shown.series) ?? emptySeries(shown.series);
        const grown = { name, x: [...x, shown.x], y: [...y, shown.y] };
        const others = chart.series.map((one) => (one.name === name ? { ...one, ...grown } : one));
        const isNew = chart.series.every((one) => one.name !== name);
        return this.#put({ ...chart, series: isNew ? [...others, grown] : others });
      }
      case "row": {
        const table = this.#blocks.get(`table ${shown.table}`) as Table;
        return this.#put({ ...table, rows: [...table.rows, shown.cells] });
      }
      default:
        return this.#put(shown);
    }
  }

  #put(block: Block): Block {
    this.#blocks.set(`${block.kind} ${block.title}`, block);
    return block;
  }
}

const emptySeries = (name: string) => ({ name, x: [], y: [] });
