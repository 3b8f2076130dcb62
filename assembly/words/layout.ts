/** A training of word vectors: its text, tables, matrices and sizes. Letters: words/word2vec.ts. */
@unmanaged
export class WordTraining {
  /** In (V) uint32: an occurrence of a word is kept where its random word is at most this. */
  limits: usize = 0;
  /** In (V, 2) uint32: Note [Alias table] in words/draw.ts. */
  aliases: usize = 0;
  /** In/out (P, V + 1, S): the vectors of words as inputs, and as outputs: Note [Panels] in words/word2vec.ts. */
  inputs: usize = 0;
  outputs: usize = 0;
  /** In/out: the walks, WordWalk side by side. */
  walks: usize = 0;
  walkCount: i32 = 0;
  /** V */
  words: i32 = 0;
  /** P */
  panels: i32 = 0;
  /** 4 S: bytes of a row of a panel, a multiple of 16. */
  panelBytes: i32 = 0;
  /** The largest distance of a word from the middle of its window. */
  window: i32 = 0;
  /** K: negatives of a window. */
  negatives: i32 = 0;
  /** ≠ 0: the mean of a window's words predicts the middle one; 0: each of them does. */
  isMean: i32 = 0;
  /** Windows of a batch. */
  batch: i32 = 0;
  /** Words that a block keeps. */
  capacity: i32 = 0;
  learningRate: f32 = 0;
  constructor() {}
}

/** A walk over a part of a text. */
@unmanaged
export class WordWalk {
  /** In int32, words 0 … V − 1: where place 0 of the text would be. Places from `position` to `end` are there. */
  text: usize = 0;
  /** The next place in the text, and the end of what is there. */
  position: i32 = 0;
  end: i32 = 0;
  /** Words kept in the blocks before this one, and in this one. */
  keptBefore: i32 = 0;
  count: i32 = 0;
  /** Note [Random state] in random/philox.ts: the seed; the epoch and the number of the walk as the counter. */
  seedLow: i32 = 0;
  seedHigh: i32 = 0;
  epoch: i32 = 0;
  number: i32 = 0;
  /** Out (capacity) int32: the words kept. */
  kept: usize = 0;
  /** Out: the windows of a batch, word2vecScratchBytes. */
  slots: usize = 0;
  /** Out: their random words, word2vecDrawBytes for each thread that shares the walk. */
  draws: usize = 0;
  constructor() {}
}
