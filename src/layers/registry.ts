/** From a layer as it stands in a file to the layer. Apart from index.ts, so that only bundles that load models carry every layer. */
import type { Config } from "../config.js";
import { DataError, message, show } from "../errors.js";
import { initializerFrom } from "../initializers/registry.js";
import { regularizerFrom } from "../regularizers/registry.js";
import { activation } from "./activation.js";
import * as augmentation from "./augmentation.js";
import * as conv from "./conv.js";
import * as convTranspose from "./convTranspose.js";
import { bidirectional } from "./bidirectional.js";
import { dense } from "./dense.js";
import * as depthwise from "./depthwise.js";
import { deskew } from "./deskew.js";
import { dropout } from "./dropout.js";
import { embedding } from "./embedding.js";
import { gridLstm } from "./gridLstm.js";
import { gru } from "./gru.js";
import { highway } from "./highway.js";
import type { Layer } from "./layer.js";
import { layerNormLstm } from "./layerNormLstm.js";
import { lstm } from "./lstm.js";
import { masking } from "./masking.js";
import { add, concatenate, multiply } from "./merge.js";
import * as noise from "./noise.js";
import * as normalization from "./normalization.js";
import * as pooling from "./pooling.js";
import { pyramid } from "./pyramid.js";
import { repeatVector } from "./repeatVector.js";
import { flatten, reshape } from "./reshape.js";
import * as resizing from "./resizing.js";
import { simpleRnn } from "./simpleRnn.js";
import { timeDistributed } from "./timeDistributed.js";

const makers = {
  ...{ activation, add, concatenate, dense, deskew, dropout, embedding, flatten, multiply, reshape },
  ...augmentation,
  ...conv,
  ...convTranspose,
  ...depthwise,
  ...{ bidirectional, gridLstm, gru, layerNormLstm, lstm, masking, pyramid, repeatVector, simpleRnn, timeDistributed },
  highway,
  ...noise,
  ...normalization,
  ...pooling,
  ...resizing,
} as const;

/** The kinds of layers that there are. */
export type LayerKind = keyof typeof makers;

/** All of them. */
export const layerKinds = Object.keys(makers) as readonly LayerKind[];

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
  if (name === "layer" || name === "backwardLayer") return innerLayer(value);
  if (name.endsWith("Initializer")) return initializerFrom(value);
  return name.endsWith("Regularizer") ? regularizerFrom(value) : value;
}

/** A layer within another. Errors: DataError for what is not the configuration of one. */
function innerLayer(value: unknown): Layer {
  const { isTrainable = true, ...config } = (value ?? {}) as Config;
  if (typeof value === "object" && "className" in config && typeof isTrainable === "boolean") {
    const layer = layerFrom(config);
    layer.isTrainable = isTrainable;
    return layer;
  }
  throw new DataError(message("loadModel", "no layer within a wrapper", { expected: "a layer", got: show(value) }));
}
