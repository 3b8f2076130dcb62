/**
 * A text in which something must be remembered: simple sentences with remarks in brackets, which may have remarks of
 * their own, and with words in quotation marks. Whoever predicts the next letter must know how many brackets are open.
 */
import { Random } from "lanegrad";

const nouns = ["cat", "dog", "owl", "fox", "king", "tree"];
const verbs = ["sees", "likes", "finds"];
const deepest = 4;

/** Sentences, one a line, of at least so many letters in all. */
export function nestedText(letters: number, seed: number): string {
  const random = new Random(seed).fork("nested text");
  let text = "";
  while (text.length < letters) text += `${clause(random, 0)}.\n`;
  return text;
}

function clause(random: Random, depth: number): string {
  const noun = (): string => nouns[random.integer(nouns.length)];
  const remark = (): string => (depth < deepest && random.uniform() < 0.45 ? ` (${clause(random, depth + 1)})` : "");
  const object = random.uniform() < 0.2 ? `"${noun()}${random.uniform() < 0.5 ? ` and ${noun()}` : ""}"` : noun();
  return `${noun()}${remark()} ${verbs[random.integer(verbs.length)]} ${object}${remark()}`;
}
