/** The messages between the element for saved models and the worker that runs them. */
import type { HeatMap } from "lanegrad/report";
import type { Sound } from "lanegrad/speech";

/** Messages to the worker: a model's file, and then what is asked of it. */
export type ModelOrder =
  | { readonly kind: "open"; readonly file: File }
  | { readonly kind: "ask"; readonly text: string }
  | { readonly kind: "ask"; readonly picture: File }
  | { readonly kind: "ask"; readonly recording: File }
  | { readonly kind: "ask"; readonly sound: Sound };

/** What a model is asked for. */
export type Asked = "text" | "dialogue" | "picture" | "sound";

/** Messages from the worker, one for each to it. */
export type ModelReport =
  | { readonly kind: "opened"; readonly asked: Asked; readonly about: string }
  | { readonly kind: "answer"; readonly text: string; readonly picture?: HeatMap }
  | { readonly kind: "failed"; readonly text: string };
