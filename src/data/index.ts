/** Data sets: loaders, and functions that prepare their values for training. */
export { fromArrays, toCategorical, type ArraysOptions } from "./arrays.js";
export { csv, parseCsv, type CsvDataset, type CsvFileOptions, type CsvFindings, type CsvTable } from "./csv.js";
export {
  dailyDialog,
  dailyDialogFiles,
  findDailyDialog,
  parseDialogues,
  type DailyDialog,
  type DailyDialogOptions,
  type Dialogue,
} from "./corpora/dailyDialog.js";
export type { Dataset, Split } from "./dataset.js";
export { digits, type DigitsOptions } from "./digits/digits.js";
export type { CacheOptions, DownloadProgress } from "./download.js";
export type { DecodeJpeg } from "./images/decode.js";
export { imageBatches, type ImageBatches, type ImageBatchesOptions } from "./images/imageBatches.js";
export { imageFolder, type ImageDataset, type ImageDatasetOptions } from "./images/imageFolder.js";
export type { ImageFile, ImageFolderOptions } from "./images/pictures.js";
export {
  findFlickr8k,
  flickr8k,
  flickr8kFiles,
  flickr8kFrom,
  type Flickr8k,
  type Flickr8kFiles,
  type Flickr8kOptions,
  type Flickr8kPart,
  type Flickr8kPartFiles,
  type Flickr8kPictures,
} from "./flickr8k.js";
export { cifar10, cifar10Files, findCifar10, type Cifar10Options } from "./cifar10/cifar10.js";
export { fashionMnist, findFashionMnist, type FashionMnistOptions } from "./fashionMnist.js";
export { findWordFiles, wordFiles, type WordFiles } from "./corpora/enwiki.js";
export { findFsdd, fsdd, fsddFiles, type FsddOptions, type SpokenDigit, type SpokenDigits } from "./corpora/fsdd.js";
export { findImdb, imdb, type ImdbData, type ImdbOptions, type Reviews } from "./imdb.js";
export { findMnist, mnist, type MnistOptions } from "./mnist.js";
export {
  findMulti30k,
  multi30k,
  multi30kFrom,
  multi30kNames,
  type Multi30kFiles,
  type Multi30kLanguage,
  type Multi30kOptions,
  type Multi30kPart,
  type Multi30kTexts,
} from "./corpora/multi30k.js";
export { findTatoeba } from "./corpora/tatoeba.js";
export { kFold, trainTestSplit, type FoldOptions, type Parts, type RowData, type TrainTestOptions } from "./folds.js";
export type { ThreeParts, ThreePartsOptions } from "./corpora/folders.js";
export type { CsvEncoding } from "./formats/csvScanner.js";
export { normalize, scale, split, standardize, type ScaledSplit, type Scaling, type SplitOptions } from "./prepare.js";
export { reviewWordsFrom, type ReviewWords, type ReviewWordsConfig } from "./reviewWords.js";
export { movingScenes, type MovingScenes, type MovingScenesOptions } from "./scenes/movingScenes.js";
export { scenes, type SceneNoun, type Scenes, type ScenesOptions } from "./scenes/scenes.js";
export type { Box, ShapeName } from "./scenes/shapes.js";
export { findShakespeare, shakespeare, type ShakespeareOptions } from "./shakespeare.js";
export {
  findTreebank,
  parseConllu,
  treebank,
  treebankFiles,
  type TaggedSentence,
  type Treebank,
  type TreebankOptions,
} from "./corpora/treebank.js";
export {
  findVietnamese,
  vietnamese,
  vietnameseFiles,
  type VietnameseOptions,
  type VietnameseText,
} from "./corpora/vietnamese.js";
export type { CsvColumn, CsvFeature, CsvOptions, CsvPattern, MissingRule, TextForm } from "./table/options.js";
