/** A call of attention: sizes, which keys count for which query, and what is drawn. Letters: attention/attention.ts. */
@unmanaged
export class AttentionShape {
  /** N. */
  n: i32 = 0;
  heads: i32 = 0;
  /** Queries and keys of a sample. */
  tq: i32 = 0;
  tk: i32 = 0;
  /** Numbers of a query or key, and of a value, for each head. */
  d: i32 = 0;
  dv: i32 = 0;
  /** ≠ 0: query i sees the keys 0 … i. */
  causal: i32 = 0;
  /** In (N, Tk) int32, or 0: where it is 0 the key does not count. */
  mask: usize = 0;
  /** In (…, Tq, Tk), or 0: added to the scaled products. Elements from one sample's to the next, and from one head's; 0: the same. */
  bias: usize = 0;
  biasSample: i32 = 0;
  biasHead: i32 = 0;
  /** Out (N, heads, Tq, Tk), or 0 if it is not wanted: the bias's gradient in each pair, to be summed where one bias serves several. */
  dBias: usize = 0;
  /** Out, then in (N, heads, Tq, keys), rows of attentionScoreBlockBytes, or 0: the weights before they are divided by their sum. Not with `kept`. */
  scores: usize = 0;
  /** In/out, attentionMaskBytes, or 0: which weights are kept, one bit each. */
  kept: usize = 0;
  /** Note [Random state] in random/philox.ts; read where the forward pass draws what is kept. */
  random: usize = 0;
  stream: i32 = 0;
  rate: f32 = 0;
  scale: f32 = 0;
  constructor() {}
}
