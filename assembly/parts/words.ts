/** The kernels of word vectors. */
export { word2vecDrawBytes, word2vecErrors, word2vecFree, word2vecScratchBytes } from "../words/word2vec";
export { word2vecSelect, word2vecUpdate } from "../words/word2vec";
export { gloveStep } from "../words/glove";
