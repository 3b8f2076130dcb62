/** Where a recipe's data come from, as the command line says. */
import type { Arguments, Signature } from "./commandLine.js";
import type { Recipe, RecipeData } from "./recipes/recipe.js";
import type { Surroundings } from "./surroundings.js";
import type { Terminal } from "./terminal.js";

/** The options that say it. */
export const dataOptions: Signature["options"] = {
  data: {
    value: "DIR",
    about:
      "folder with the files of the data set, for shakespeare also a text file; default: LANEGRAD_DATA, else the cache",
  },
  download: {
    about:
      "fetch the data set into the cache (MNIST 11.6 MB, imdb 19 MB, shakespeare 1.1 MB, once) where neither LANEGRAD_DATA nor the cache has it",
  },
};

/** What loading needs to know besides the recipe. */
export interface Loading {
  readonly args: Arguments;
  readonly surroundings: Surroundings;
  readonly terminal: Terminal;
  readonly signal: AbortSignal;
  /** For what is drawn. */
  readonly seed: number;
  /** Samples of a step. */
  readonly batch: number;
  /** Which data a run to be resumed was trained on. */
  readonly kind?: string | undefined;
}

/** The recipe's data, with the progress of a download shown. Errors: DataError that says how to get them. */
export async function loadRecipeData(
  recipe: Pick<Recipe, "load">,
  { args, surroundings, terminal, signal, seed, batch, kind }: Loading,
): Promise<RecipeData> {
  const data = await recipe.load({
    folder: args.text("data"),
    mayDownload: args.has("download"),
    defaultFolder: surroundings.env.LANEGRAD_DATA,
    kind,
    seed,
    batch,
    signal,
    onProgress: (text) => terminal.note(text),
  });
  terminal.clearLive();
  return data;
}
