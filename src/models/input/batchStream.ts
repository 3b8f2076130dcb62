/**
 * Batches that come one by one: from an iterable, a generator, or a function that makes one, synchronous or not. Reads
 * ahead where it is told to. Does not know models: what a batch holds is checked where it is made fit (streamSteps.ts).
 *
 * Note [Epochs of a stream]: without stepsPerEpoch an epoch is one pass: the source is opened anew for the next. With stepsPerEpoch an epoch is so many
 * batches: the next goes on where it ended, and a source that can be opened again is, when it has ended. A generator
 * object can be read once.
 */
import { DataError, UsageError, message, show } from "../../errors.js";
import type { BatchSource, Samples, StreamBatch } from "./samples.js";

type Reading = AsyncIterator<StreamBatch> | Iterator<StreamBatch>;

/** Where the next batch is. */
interface Place {
  readonly epoch: number;
  readonly batch: number;
}

/** What reads a stream of batches. */
export type StreamReader = "fit" | "evaluate" | "predict";

/** A stream of batches, for one call of fit, evaluate or predict. */
export class BatchStream {
  readonly #op: StreamReader;
  readonly #source: BatchSource;
  readonly #stepsPerEpoch: number | undefined;
  readonly #prefetch: number;
  readonly #signal: AbortSignal | undefined;
  #reading: Reading | undefined;
  /** True where the reading is the source itself, which whoever made it may go on with. */
  #isTheirs!: boolean;
  #isAsync!: boolean;
  /** True until this reading has given a batch. */
  #isFresh!: boolean;
  /** Batches of all epochs that were taken or passed over. */
  #taken = 0;
  #count: number | undefined;
  #first: Samples | undefined;
  /** What was read ahead. */
  #ahead!: (() => IteratorResult<StreamBatch>)[];
  #pending: Promise<void> | undefined;
  #isAtEnd!: boolean;

  /** @throws {UsageError} for an option out of range, and for a generator object that is to be read several times */
  constructor(
    op: StreamReader,
    source: BatchSource,
    options: {
      readonly epochs?: number;
      readonly initialEpoch?: number;
      readonly resume?: boolean;
      readonly signal?: AbortSignal;
    },
    stepsPerEpoch?: number,
    prefetch = 0,
  ) {
    checkCount(op, op === "fit" ? "stepsPerEpoch" : "steps", stepsPerEpoch ?? 1, 1);
    checkCount(op, "prefetch", prefetch, 0);
    this.#op = op;
    this.#source = source;
    this.#stepsPerEpoch = stepsPerEpoch;
    this.#prefetch = prefetch;
    this.#signal = options.signal;
    const { epochs = 1, initialEpoch = 0, resume = false } = options;
    if (typeof source === "function" || stepsPerEpoch !== undefined || resume || epochs - initialEpoch <= 1) return;
    if (opened(op, source).reading !== (source as unknown)) return;
    const got = `a generator and ${epochs - initialEpoch} epochs`;
    throw new UsageError(message(op, "a generator gives its batches once", { expected: again, got }));
  }

  /** Batches in an epoch; Infinity where the end is not known yet. */
  get count(): number {
    return this.#stepsPerEpoch ?? this.#count ?? Infinity;
  }

  /** The first batch, which {@link next} gives as well. */
  async peek(): Promise<Samples> {
    const place = { epoch: 0, batch: 0 };
    const first = await this.#read(place);
    if (first === undefined) throw this.#ended(place, "at least one batch");
    return (this.#first = first);
  }

  /**
   * The next batch, where `place` says; batches of the epoch before it, which an earlier fit has trained on, are passed
   * over.
   * @returns undefined where the epoch ends before it
   * @throws {DataError} when the source throws, gives something else, or ends before an epoch has its batches
   */
  async next(place: Place): Promise<Samples | undefined> {
    let samples: Samples | undefined;
    this.#count = undefined;
    do {
      samples = this.#first ?? (await this.#read(place));
      this.#first = undefined;
      if (samples === undefined) break;
      this.#taken++;
    } while (this.#taken <= place.batch);
    if (samples !== undefined) return samples;
    const isShort = this.#stepsPerEpoch !== undefined || this.#taken < place.batch;
    if (isShort || place.batch === 0)
      throw this.#ended(place, `${this.#stepsPerEpoch ?? Math.max(place.batch, 1)} batches`);
    this.#count = place.batch;
    return undefined;
  }

  /** Ends reading, except of a generator that was handed in. */
  close(): void {
    const reading = this.#isTheirs ? undefined : this.#reading;
    this.#reading = undefined;
    void (async () => reading?.return?.())().catch(() => undefined); // behind a next() that may take long: nobody waits
  }

  async #read(place: Place): Promise<Samples | undefined> {
    for (;;) {
      if (this.#reading === undefined) this.#open();
      let result: IteratorResult<StreamBatch>;
      try {
        result = await this.#result();
      } catch (cause) {
        if (this.#signal?.aborted) throw cause;
        const wrong = `the stream threw in place of ${batchName(this.#op, place)}`;
        throw new DataError(message(this.#op, wrong, { got: String(cause), ...this.#hint }), { cause });
      }
      if (result.done !== true) {
        this.#isFresh = false;
        return samplesOf(this.#op, result.value, place);
      }
      this.#reading = undefined;
      // an epoch of fit may begin the source anew; what is evaluated or predicted is one pass
      if (this.#stepsPerEpoch === undefined || this.#isFresh || this.#op !== "fit") return undefined;
    }
  }

  /** What is left after an error. */
  get #hint(): { readonly hint?: string } {
    const hint = "The weights are those after the batch before, and the model may be saved or trained on.";
    return this.#op === "fit" ? { hint } : {};
  }

  #ended(place: Place, expected: string): DataError {
    const wrong = `the stream ended before ${batchName(this.#op, place)}`;
    const hint = place.batch + place.epoch > 0 ? this.#hint : {};
    const got = `${Math.min(this.#taken, place.batch)}`;
    return new DataError(message(this.#op, wrong, { expected, got, ...hint }));
  }

  #open(): void {
    const { reading, isAsync } = opened(this.#op, this.#source);
    this.#isTheirs = reading === (this.#source as unknown);
    this.#reading = reading;
    this.#isAsync = isAsync;
    this.#isFresh = true;
    this.#isAtEnd = false;
    this.#ahead = [];
  }

  /** The next result, read ahead or not; rejects where the signal is aborted while it is awaited. */
  async #result(): Promise<IteratorResult<StreamBatch>> {
    if (!this.#isAsync) return (this.#reading as Iterator<StreamBatch>).next();
    const signal = this.#signal;
    this.#readAhead(1);
    while (this.#ahead.length === 0) {
      if (signal === undefined) await this.#pending;
      else {
        let stop!: (event: Event) => void;
        const aborted = new Promise<unknown>((resolve) => signal.addEventListener("abort", (stop = resolve)));
        await Promise.race([this.#pending, aborted]);
        signal.removeEventListener("abort", stop);
        signal.throwIfAborted();
      }
    }
    const result = this.#ahead.shift()!;
    this.#readAhead(this.#prefetch);
    return result();
  }

  /** Asks for one batch after the other until so many wait. */
  #readAhead(wanted: number): void {
    if (this.#pending !== undefined || this.#isAtEnd || this.#ahead.length >= wanted) return;
    const reading = this.#reading as AsyncIterator<StreamBatch>;
    const note = (result: () => IteratorResult<StreamBatch>, isEnd: boolean): void => {
      this.#pending = undefined;
      if (reading !== this.#reading) return;
      this.#isAtEnd = isEnd;
      this.#ahead.push(result);
      this.#readAhead(this.#prefetch);
    };
    this.#pending = (async () => reading.next())().then(
      (result) => note(() => result, result.done === true),
      (error: unknown) => note(() => raise(error), true),
    );
  }
}

const again = "a function that makes one for each epoch, such as () => batches(), or stepsPerEpoch";

function raise(error: unknown): never {
  throw error;
}

/** A batch in messages. */
export function batchName(op: StreamReader, { epoch, batch }: Place): string {
  return op === "fit" ? `batch ${batch + 1} of epoch ${epoch + 1}` : `batch ${batch + 1}`;
}

function opened(op: StreamReader, source: BatchSource): { readonly reading: Reading; readonly isAsync: boolean } {
  const batches: unknown = typeof source === "function" ? source() : source;
  if (typeof batches === "object" && batches !== null) {
    if (Symbol.asyncIterator in batches) {
      return { reading: (batches as AsyncIterable<StreamBatch>)[Symbol.asyncIterator](), isAsync: true };
    }
    if (Symbol.iterator in batches)
      return { reading: (batches as Iterable<StreamBatch>)[Symbol.iterator](), isAsync: false };
  }
  const expected = "a generator, or another iterable of batches, in place of x or from the function in its place";
  throw new UsageError(message(op, "this is no stream of batches", { expected, got: show(batches) }));
}

/** A batch by name; for predict x alone, or what has x and more. */
function samplesOf(op: StreamReader, batch: unknown, place: Place): Samples {
  const known = ["x", "y", "sampleWeight", "mask", "lengths"];
  const isObject = typeof batch === "object" && batch !== null && "x" in batch && (op === "predict" || "y" in batch);
  const unknown = isObject ? Object.keys(batch).find((key) => !known.includes(key)) : undefined;
  if (isObject && unknown === undefined) return batch as Samples;
  if (op === "predict" && !isObject) return { x: batch } as Samples;
  if (Array.isArray(batch) && (batch.length === 2 || batch.length === 3)) {
    const [x, y, sampleWeight] = batch as [Samples["x"], Samples["y"], Samples["sampleWeight"]?];
    return sampleWeight === undefined ? { x, y } : { x, y, sampleWeight };
  }
  const expected =
    op === "predict"
      ? "x, or { x } with mask or lengths where there are some"
      : "{ x, y } or [x, y], with sampleWeight, mask or lengths where there are some";
  const got = unknown === undefined ? show(batch) : `key ${show(unknown)}`;
  throw new DataError(message(op, `${batchName(op, place)} is no batch`, { expected, got }));
}

function checkCount(op: StreamReader, option: string, value: unknown, least: number): void {
  if (Number.isSafeInteger(value) && (value as number) >= least) return;
  throw new UsageError(
    message(op, `${option} is out of range`, { expected: `an integer ≥ ${least}`, got: show(value) }),
  );
}
