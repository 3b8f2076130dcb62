/**
 * The lists of integers in a pickled NumPy array of objects, as `numpy.save` writes it. What runs the pickle is
 * pickleMachine.ts.
 */
import { DataError, message } from "../../errors.js";
import { type List, PickleMachine, isList, isResult } from "./pickleMachine.js";

/**
 * The lists of a pickled array.
 * Cost: time linear in the pickle; memory at most 8 bytes for each of its bytes, and 50 MB for what the limits allow.
 *
 * @param bytes  the pickle
 * @param op     the function that the user called and the file's name, for messages
 * @throws {DataError} for any other pickle, one that is cut short or damaged, one beyond Note [Limits of a pickle] in pickleMachine.ts, and
 *   for integers that are not int32
 */
export function pickledLists(bytes: Uint8Array, op: string): Int32Array[] {
  const fail = (got: string): DataError => notLists(op, got);
  const result = new PickleMachine(bytes, fail).run();
  const isArray = isResult(result) && result.of.endsWith("_reconstruct");
  const state = isArray && isList(result.state) ? result.state.items : undefined;
  const lists = state?.at(-1);
  if (state?.length !== 5 || !isList(lists)) throw fail("another object");
  let total = 0;
  for (const [n, list] of lists.items.entries()) {
    if (!isList(list)) throw fail(`something else as element ${n}`);
    total += list.items.length; // a list may be named many times, in two bytes each
    if (total > bytes.length) throw fail("more items than bytes");
  }
  const all = new Int32Array(total);
  let end = 0;
  return (lists.items as List[]).map(({ items }, n) => {
    const begin = end;
    for (const item of items) {
      if (typeof item !== "number" || item !== (item | 0)) {
        throw fail(`something else as item ${end - begin} of list ${n}`);
      }
      all[end++] = item;
    }
    return all.subarray(begin, end);
  });
}

function notLists(op: string, got: string): DataError {
  const hint = "Nothing in the file was run.";
  return new DataError(
    message(op, "this is not a pickled array of lists of integers", { expected: "what numpy.save writes", got, hint }),
  );
}
