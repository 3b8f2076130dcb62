/**
 * A lesson that trains one network to a known result. It states data, network and settings; `trainToResult` does
 * everything else: resuming, showing, saving, and one evaluation of the test set.
 */
import type { NetworkLesson } from "./networkLesson.js";
import { trainToResult } from "./trainToResult.js";

export type * from "./networkLesson.js";

/** The lesson from its parts. */
export function network(lesson: Omit<NetworkLesson, "kind" | "run">): NetworkLesson {
  const whole: NetworkLesson = { ...lesson, kind: "network", run: (stage) => trainToResult(whole, stage) };
  return whole;
}
