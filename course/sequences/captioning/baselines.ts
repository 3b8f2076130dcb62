/** What captions can be had without a network: the commonest one, and that of the nearest known picture. */
import { type Tensor, text } from "lanegrad";

/** The height and width in which pictures are compared. */
const side = 8;
/** Of the known sentences, as many at most are tried for the commonest. */
const tried = 500;

/**
 * The sentence that is nearest to all others, by the words that they share: the one of most frequent words, of usual
 * length.
 */
export function commonest(references: readonly (readonly string[])[]): string {
  const all = references.flat();
  const counts = new Map<string, number>();
  for (const sentence of all) counts.set(sentence, (counts.get(sentence) ?? 0) + 1);
  const candidates = [...counts].sort(([, a], [, b]) => b - a).slice(0, tried).map(([sentence]) => sentence); // prettier-ignore
  let [best, most] = ["", -1];
  const sample = references.filter((_, i) => i % Math.max(1, Math.floor(references.length / 200)) === 0);
  for (const candidate of candidates) {
    const score = text.bleu(
      sample.map(() => candidate),
      sample,
      { maxOrder: 2, smooth: true },
    );
    if (score > most) [best, most] = [candidate, score];
  }
  return best;
}

/** For each picture the first sentence on the known picture with the nearest colours in 8 × 8 parts. */
export function nearest(
  pictures: Tensor,
  known: { readonly pictures: Tensor; readonly references: readonly (readonly string[])[] },
): string[] {
  const [own, others] = [pictures, known.pictures].map(thumbnails);
  const size = 3 * side * side;
  return Array.from({ length: pictures.shape[0] }, (_, i) => {
    let [best, least] = [0, Infinity];
    for (let j = 0; j < known.references.length; j++) {
      let distance = 0;
      for (let p = 0; p < size; p++) {
        const difference = own[i * size + p] - others[j * size + p];
        distance += difference * difference;
      }
      if (distance < least) [best, least] = [j, distance];
    }
    return known.references[best][0];
  });
}

/** (N, 8, 8, 3) means of the colours. */
function thumbnails(pictures: Tensor): Float32Array {
  const [N, H, W] = pictures.shape;
  const bytes = pictures.toTypedArray();
  const means = new Float32Array(N * side * side * 3);
  const share = (side * side) / (H * W);
  for (let n = 0, at = 0; n < N; n++)
    for (let row = 0; row < H; row++)
      for (let column = 0; column < W; column++) {
        const part = Math.floor((row * side) / H) * side + Math.floor((column * side) / W);
        for (let c = 0; c < 3; c++) means[(n * side * side + part) * 3 + c] += share * bytes[at++];
      }
  return means;
}
