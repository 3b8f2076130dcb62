/** From a layer as it stands in a file to the layer. Apart from index.ts, so that only bundles that load models carry every layer. */
import type { Config } from "../config.js";
import { DataError, message, show } from "../errors.js";
import { initializerFrom } from "../initializers/registry.js";
import { regularizerFrom } from "../regularizers/registry.js";
import { activation } from "./activation.js";
import * as augmentation from "./augmentation.js";
import * as conv from "./conv.js";
import * as convTranspose from "./convTranspose.js";
import { dense } from "./dense.js";
import * as depthwise from "./depthwise.js";
import { deskew } from "./deskew.js";
import { dropout } from "./dropout.js";
import { embedding } from "./embedding.js";
import type { Layer } from "./layer.js";
import { lstm } from "./lstm.js";
import { add, concatenate, multiply } from "./merge.js";
import * as pooling from "./pooling.js";
import { flatten, reshape } from "./reshape.js";
import * as resizing from "./resizing.js";

const makers = {
  ...{ activation, add, concatenate, dense, deskew, dropout, embedding, flatten, lstm, multiply, reshape },
  ...augmentation,
  ...conv,
  ...convTranspose,
  ...depthwise,
  ...pooling,
  ...resizing,
} as const;

/** Makes the layer again. Errors: DataError for an unknown kind; UsageError or ShapeError for options that do not fit. */
export function layerFrom({ className, ...options }: Config): Layer {
  if (!Object.hasOwn(makers, className)) {
    const hint = "Pass loadModel the makers of your own layers: { customLayers }.";
    throw new DataError(
      message("loadModel", "unknown layer", { expected: Object.keys(makers).join(", "), got: show(className), hint }),
    );
  }
  const make = makers[className as keyof typeof makers] as (options: never) => Layer;
  return make(
    Object.fromEntries(Object.entries(options).map(([name, value]) => [name, valueOf(name, value)])) as never,
  );
}

/** Options that are values themselves stand in the file as their configuration. */
function valueOf(name: string, value: unknown): unknown {
  if (name.endsWith("Initializer")) return initializerFrom(value);
  return name.endsWith("Regularizer") ? regularizerFrom(value) : value;
}
