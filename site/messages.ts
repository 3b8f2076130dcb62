/** The messages between a lesson's element and the worker that runs the lesson. */
import type { Shown } from "lanegrad/report";

/** The values of a lesson's settings, by name. */
export type AnyValues = Readonly<Record<string, number | string | boolean>>;

/** The order to run a lesson. */
export interface Start {
  readonly kind: "start";
  readonly lesson: string;
  readonly settings: AnyValues;
  readonly seed: number;
  /** The files that people gave for each source, by the name of the source. */
  readonly files: Readonly<Record<string, readonly File[]>>;
}

/** Messages to the worker. */
export type Order = Start | { readonly kind: "pause" | "resume" | "stop" };

/** How a run ended. */
export type Ending = "done" | "stopped" | "failed";

/** Messages from the worker. */
export type Report =
  | { readonly kind: "engine"; readonly text: string }
  | { readonly kind: "shown"; readonly shown: Shown }
  | { readonly kind: "ended"; readonly ending: Ending; readonly text: string };
