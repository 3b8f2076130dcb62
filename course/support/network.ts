/**
 * A lesson that trains one network to a known result: it states data, network and settings, and everything else is done
 * by `trainToResult`: resuming, showing, saving, and one look at the test set.
 */
import type { NetworkLesson } from "./networkLesson.js";
import { trainToResult } from "./trainToResult.js";

export type * from "./networkLesson.js";

/** The lesson from its parts. */
export function network(lesson: Omit<NetworkLesson, "kind" | "run">): NetworkLesson {
  const whole: NetworkLesson = { ...lesson, kind: "network", run: (stage) => trainToResult(whole, stage) };
  return whole;
}
