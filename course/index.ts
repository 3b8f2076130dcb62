/**
 * The lessons of the course, chapter by chapter, in the order in which they are listed. To add a lesson, add its file
 * and a line here.
 */
import { activations } from "./calculus/activations.js";
import { backprop } from "./calculus/backprop.js";
import { descent } from "./calculus/descent.js";
import { graphLesson } from "./calculus/graph.js";
import { modes } from "./calculus/modes.js";
import { boltzmann } from "./classic/boltzmann.js";
import { competitive } from "./classic/competitive.js";
import { deepBelief } from "./classic/deepBelief.js";
import { hopfield } from "./classic/hopfield.js";
import { perceptron } from "./classic/perceptron.js";
import { rbm } from "./classic/rbm.js";
import { som } from "./classic/som.js";
import { cifar } from "./convolution/cifar.js";
import { convolutionSteps } from "./convolution/convolutionSteps.js";
import { facesOfDigits } from "./convolution/facesOfDigits/facesOfDigits.js";
import { fashionCnn } from "./convolution/fashionCnn.js";
import { featureMaps } from "./convolution/featureMaps/featureMaps.js";
import { mnistCnn } from "./convolution/mnistCnn.js";
import { mnistLenet } from "./convolution/mnistLenet.js";
import { mnistTable } from "./convolution/mnistTable.js";
import { translation } from "./convolution/translation/translation.js";
import { autoencoder } from "./feedforward/autoencoder/autoencoder.js";
import { batches } from "./feedforward/batches/batches.js";
import { depth } from "./feedforward/deep/depth.js";
import { scale } from "./feedforward/deep/scale.js";
import { digits } from "./feedforward/digits.js";
import { fiveThousand } from "./feedforward/fiveThousand.js";
import { highway } from "./feedforward/highway.js";
import { initialization } from "./feedforward/initialization.js";
import { layer } from "./feedforward/layer.js";
import { mnistLinear } from "./feedforward/mnistLinear.js";
import { mnistLinearDeskewed } from "./feedforward/mnistLinearDeskewed.js";
import { mnistMlp1000 } from "./feedforward/mnistMlp1000.js";
import { mnistMlp300 } from "./feedforward/mnistMlp300.js";
import { mnistMlp300Deskewed } from "./feedforward/mnistMlp300Deskewed.js";
import { mnistMlpSixLayer } from "./feedforward/mnistMlpSixLayer.js";
import { multiLabel } from "./feedforward/multiLabel/multiLabel.js";
import { neuron } from "./feedforward/neuron.js";
import { overfitting } from "./feedforward/overfitting/overfitting.js";
import { play } from "./feedforward/play/play.js";
import { scalingInputs } from "./feedforward/scalingInputs.js";
import { xor } from "./feedforward/xor.js";
import { adding } from "./recurrent/adding.js";
import { cellsLesson } from "./recurrent/cells.js";
import { gruToRnn } from "./recurrent/gruToRnn.js";
import { imdbNetworks } from "./recurrent/imdb.js";
import { imdbTable } from "./recurrent/imdbTable.js";
import { insideLstm } from "./recurrent/inside/insideLstm.js";
import { shakespeare } from "./recurrent/shakespeare.js";
import { vanishing } from "./recurrent/vanishing.js";
import { captions } from "./sequences/captions.js";
import { chat } from "./sequences/chat.js";
import { chatContext } from "./sequences/chatContext.js";
import { copying } from "./sequences/copying.js";
import { diacritics, diacriticsTable } from "./sequences/diacritics.js";
import { shakespeareGpt } from "./sequences/shakespeareGpt.js";
import { sorting } from "./sequences/sorting.js";
import { tagging } from "./sequences/tagging.js";
import { translate, translateTable } from "./sequences/translate.js";
import { video } from "./sequences/video.js";
import { spokenDigits } from "./speech/spokenDigits.js";
import { spokenNumbers } from "./speech/spokenNumbers.js";
import { glove } from "./words/glove.js";
import { lsa } from "./words/lsa.js";
import { word2vec } from "./words/word2vec.js";
import { wordPairs } from "./words/wordPairs.js";
import { wordVectors } from "./words/wordVectors.js";
import type { Lesson } from "./stage.js";

/** Every lesson; the first is the default of `lanegrad train`. */
export const lessons: readonly Lesson[] = [
  digits,
  mnistLinear,
  mnistLinearDeskewed,
  mnistMlp300,
  mnistMlp300Deskewed,
  mnistMlp1000,
  mnistMlpSixLayer,
  mnistLenet,
  mnistCnn,
  fashionCnn,
  cifar,
  xor,
  ...imdbNetworks,
  shakespeare,
  diacritics,
  translate,
  captions,
  chat,
  shakespeareGpt,
  neuron,
  layer,
  graphLesson,
  modes,
  activations,
  backprop,
  convolutionSteps,
  featureMaps,
  descent,
  translation,
  facesOfDigits,
  highway,
  batches,
  depth,
  scale,
  scalingInputs,
  overfitting,
  multiLabel,
  autoencoder,
  initialization,
  fiveThousand,
  play,
  vanishing,
  gruToRnn,
  insideLstm,
  adding,
  cellsLesson,
  copying,
  sorting,
  tagging,
  chatContext,
  video,
  wordPairs,
  word2vec,
  glove,
  lsa,
  spokenDigits,
  spokenNumbers,
  perceptron,
  hopfield,
  som,
  rbm,
  deepBelief,
  competitive,
  boltzmann,
  mnistTable,
  imdbTable,
  diacriticsTable,
  translateTable,
  wordVectors,
];
