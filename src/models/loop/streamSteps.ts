/**
 * The steps of a fit, or an evaluation, whose batches come from a stream. A batch is checked as data of fit are, and copied to where a
 * recorded step gathers from; there is a recording for each number of rows, as many as {@link mostSizes} at once.
 * Imported where there is a stream, and itself without imports but errors: what it shared with a page, bundlers would
 * put into files of its own. Letters: n rows of a batch.
 */
import type { Batches } from "../../data/batches.js";
import { UsageError, message } from "../../errors.js";
import type { Shape } from "../../tensor/shape.js";
import type { Tensor } from "../../tensor/tensor.js";
import { type BatchStream, batchName } from "../input/batchStream.js";
import type { DataColumns } from "../input/batchColumns.js";
import type { Column } from "../input/columns.js";
import type { Data, Samples } from "../input/samples.js";
import type { Steps } from "../step/steps.js";
import type { EpochSteps } from "../step/epochSteps.js";

/** Sizes of batches whose recordings are kept. */
export const mostSizes = 8;

/** What a stream's steps need of fit. */
export interface StreamTools {
  /** Columns of a batch that fit the model. @param op what is in the messages */
  columns(op: string, samples: Samples): DataColumns;
  columnsOf(data: DataColumns): Column[];
  toColumn(op: string, name: string, data: Data, shapeOf: () => Shape): Column;
  /** Throws where a layer cannot train on these inputs at once. */
  checkRows(inputs: readonly Column[]): void;
}

/** Recorded steps on columns that all batches of a size are copied to. */
interface Size {
  readonly columns: readonly Tensor[];
  readonly steps: Steps;
  readonly order: Int32Array;
}

/** Steps on the batches of a stream. */
export class StreamSteps implements EpochSteps {
  readonly batches: EpochSteps["batches"];
  readonly #op: "fit" | "evaluate";
  readonly #stream: BatchStream;
  readonly #tools: StreamTools;
  readonly #stepsOn: (data: DataColumns) => Steps;
  /** By shapes and types, the one used last at the end. */
  readonly #sizes = new Map<string, Size>();
  #current!: Size;
  #form: string | undefined;

  constructor(op: "fit" | "evaluate", stream: BatchStream, tools: StreamTools, stepsOn: (data: DataColumns) => Steps) {
    this.#op = op;
    this.#stream = stream;
    this.#tools = tools;
    this.#stepsOn = stepsOn;
    const current = (): Batches => this.#current.steps.batches;
    this.batches = {
      get rows() {
        return current().rows;
      },
      get batchSize() {
        return current().rows;
      },
      get count() {
        return stream.count;
      },
      grouping: false,
      padding: undefined,
      order: () => new Int32Array(0),
      sizeOf: () => current().rows,
      select: () => current().select(this.#current.order, 0),
    };
  }

  /**
   * Gets the next batch. @returns false where the epoch ends before it @throws as {@link BatchStream.next}; ShapeError
   * for one that does not fit
   */
  async next(place: { readonly epoch: number; readonly batch: number }): Promise<boolean> {
    const load = await this.#get(place, false);
    load?.();
    return load !== undefined;
  }

  /** As {@link next}, but resolves to what loads the batch, whatever becomes of the stream's own memory meanwhile. */
  take(place: { readonly epoch: number; readonly batch: number }): Promise<(() => void) | undefined> {
    return this.#get(place, true);
  }

  async #get(
    place: { readonly epoch: number; readonly batch: number },
    isKept: boolean,
  ): Promise<(() => void) | undefined> {
    const samples = await this.#stream.next(place);
    if (samples === undefined) return undefined;
    const op = `${this.#op}, ${batchName(this.#op, place)}`;
    this.#checkForm(op, samples);
    const given = this.#tools.columns(op, samples);
    const data = isKept ? copyOf(given, (column) => (column.isOwned ? column : this.#copy(column))) : given;
    const all = this.#tools.columnsOf(data);
    return () => {
      try {
        this.#take(data, all);
      } finally {
        for (const { tensor, isOwned } of all) if (isOwned) tensor.dispose();
      }
    };
  }

  run(): Tensor[] {
    return this.#current.steps.run(this.#current.order, 0);
  }

  dispose(): void {
    for (const size of this.#sizes.values()) free(size);
    this.#sizes.clear();
  }

  /** What reads weights and masks is loaded where the first batch has some. */
  #checkForm(op: string, { sampleWeight, mask, lengths }: Samples): void {
    const form = [sampleWeight && "sampleWeight", (mask ?? lengths) && "mask or lengths"].filter(Boolean).join(", ");
    this.#form ??= form;
    if (form === this.#form) return;
    const [expected, got] = [this.#form, form].map((one) => one || "neither sampleWeight nor mask");
    throw new UsageError(message(op, "this batch does not come with what the first came with", { expected, got }));
  }

  #take(data: DataColumns, all: readonly Column[]): void {
    const shapes = all.map(({ tensor: { dtype, shape } }) => `${dtype}[${shape.join()}]`);
    const key = [...shapes, ...data.masks.map(Boolean)].join();
    const known = this.#sizes.get(key);
    if (known !== undefined) {
      this.#sizes.delete(key);
      for (const [i, { tensor }] of all.entries()) known.columns[i].assign(tensor.toTypedArray());
      this.#current = known;
    } else this.#current = this.#newSize(data, all);
    this.#sizes.set(key, this.#current);
    if (this.#sizes.size <= mostSizes) return;
    const [[oldest, size]] = this.#sizes;
    this.#sizes.delete(oldest);
    free(size);
  }

  #copy({ tensor }: Column): Column {
    return this.#tools.toColumn(this.#op, "a batch", tensor.toTypedArray(), () => tensor.shape);
  }

  #newSize(data: DataColumns, all: readonly Column[]): Size {
    const rows = all[0].tensor.shape[0];
    this.#tools.checkRows(data.inputs);
    const copies = all.map((column) => this.#copy(column));
    const steps = this.#stepsOn(copyOf(data, (column) => copies[all.indexOf(column)]));
    const order = Int32Array.from({ length: rows }, (_, i) => i);
    return { columns: copies.map(({ tensor }) => tensor), steps, order };
  }
}

/** The same roles with other columns. */
function copyOf({ inputs, targets, weights, masks }: DataColumns, copy: (column: Column) => Column): DataColumns {
  return {
    inputs: inputs.map(copy),
    targets: targets.map(copy),
    weights: weights.map(copy),
    masks: masks.map((mask) => mask && copy(mask)),
  };
}

function free({ columns, steps }: Size): void {
  steps.dispose();
  for (const column of columns) column.dispose();
}
