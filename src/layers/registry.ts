/** From a layer as it stands in a file to the layer. Apart from index.ts, so that only bundles that load models carry every layer. */
import type { Config } from "../config.js";
import { DataError, message, show } from "../errors.js";
import { initializerFrom } from "../initializers/registry.js";
import { regularizerFrom } from "../regularizers/registry.js";
import { activation } from "./core/activation.js";
import * as augmentation from "./image/augmentation.js";
import * as conv from "./image/convolution.js";
import * as convTranspose from "./image/transposedConvolution.js";
import { bidirectional } from "./recurrent/bidirectional.js";
import { dense } from "./core/dense.js";
import * as depthwise from "./image/depthwiseConvolution.js";
import { deskew } from "./image/deskew.js";
import { dropout } from "./core/dropout.js";
import { embedding } from "./core/embedding.js";
import { gridLstm } from "./recurrent/gridLstm.js";
import { gru } from "./recurrent/gru.js";
import { highway } from "./core/highway.js";
import type { Layer } from "./layer.js";
import { layerNormLstm } from "./recurrent/layerNormLstm.js";
import { lstm } from "./recurrent/lstm.js";
import { masking } from "./mask/masking.js";
import { add, concatenate, multiply } from "./core/merge.js";
import * as noise from "./core/noise.js";
import * as normalization from "./norm/normalization.js";
import * as pooling from "./image/pooling.js";
import { pyramid } from "./recurrent/pyramid.js";
import { repeatVector } from "./core/repeatVector.js";
import { flatten, reshape } from "./core/reshape.js";
import * as resizing from "./image/resizing.js";
import { simpleRnn } from "./recurrent/simpleRnn.js";
import { timeDistributed } from "./recurrent/timeDistributed.js";

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
  const { trainable = true, ...config } = (value ?? {}) as Config;
  if (typeof value === "object" && "className" in config && typeof trainable === "boolean") {
    const layer = layerFrom(config);
    layer.trainable = trainable;
    return layer;
  }
  throw new DataError(message("loadModel", "no layer within a wrapper", { expected: "a layer", got: show(value) }));
}
