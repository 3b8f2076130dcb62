/**
 * The triplet loss over all triplets of a batch: an anchor a is to lie nearer to every digit p of its class than to every
 * n of another, by a margin m: mean max(0, a·n − a·p + m), for embeddings of length 1, whose squared distance is
 * 2 − 2 a·b. Letters: N digits of a batch, K numbers of an embedding.
 * Source: Schroff, Kalenichenko & Philbin 2015, "FaceNet".
 */
import {
  type OwnFunction,
  type Tensor,
  add,
  div,
  matmul,
  mul,
  oneHot,
  relu,
  reshape,
  sub,
  sum,
  transpose,
} from "lanegrad";

/** The loss of labels (N) below 10 and embeddings (N, K). A batch with a single class has none. */
export function tripletLoss(margin: number): OwnFunction {
  return function triplets(labels: Tensor, embeddings: Tensor): Tensor {
    const [N] = embeddings.shape;
    const classes = oneHot(labels, 10);
    const same = matmul(classes, transpose(classes)); // (N, N)
    const likeness = matmul(embeddings, transpose(embeddings)); // a·b
    const gaps = sub(reshape(likeness, [N, 1, N]), reshape(likeness, [N, N, 1])); // (a, p, n): a·n − a·p
    const isTriplet = mul(reshape(same, [N, N, 1]), reshape(sub(1, same), [N, 1, N]));
    return div(sum(mul(relu(add(gaps, margin)), isTriplet)), add(sum(isTriplet), 1e-6));
  };
}
