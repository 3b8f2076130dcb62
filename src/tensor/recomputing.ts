/**
 * The backward pass of what is computed a second time: a function runs again with records on the tape, whose gradients
 * go where those of the first run would have gone. src/ops/recompute.ts offers it. Does not know functions' results.
 */
import { type OutputOf, type TapeRecord, type Taped, reachable, tapePosition, withGrad } from "./tape.js";

let isAgain = false;

/** True while something is computed again for its gradients: what the first run has changed in place stays. */
export function isRecomputing(): boolean {
  return isAgain;
}

/**
 * Runs `again` and goes back from its results, with the gradients of `record`, whose outputs they are. Gradients go on
 * to those operands of `record` that still want one; what the tensors of `again` come from is as in the first run.
 */
export function backwardAgain<T extends Taped<T>>(record: TapeRecord<T>, again: () => readonly T[]): void {
  const from = tapePosition();
  const before = isAgain;
  isAgain = true;
  const records = new Set<TapeRecord<T>>();
  try {
    const results = withGrad(true, again);
    for (const [k, { producer }] of results.entries()) {
      const gradient = record.gradients[k];
      if (gradient === undefined || producer === undefined || producer.record.sequence < from) continue;
      producer.record.gradients[producer.index] = gradient;
      record.gradients[k] = undefined; // it belongs to the new record
      for (const one of reachable(producer.record, from)) records.add(one);
    }
    const isWanted = (operand: OutputOf<T> | T): boolean =>
      ("record" in operand && operand.record.sequence >= from) || record.operands.includes(operand);
    const order = [...records].sort((a, b) => b.sequence - a.sequence);
    for (const one of order) {
      one.operands = one.operands.map((operand) => (operand && isWanted(operand) ? operand : undefined));
    }
    for (const one of order) {
      if (one.gradients.some((gradient) => gradient !== undefined)) one.run(one);
      one.release();
    }
  } finally {
    isAgain = before;
    for (const one of records) one.release(); // of what an error left
  }
}
