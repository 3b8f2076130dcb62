"""BLEU of small corpora by NLTK: bleu.json.

  /usr/bin/python3 test/golden/bleu.py        (Debian's python3-nltk)
"""
import json
import os
import random
import warnings
import nltk
from nltk.translate.bleu_score import SmoothingFunction, corpus_bleu

warnings.simplefilter("ignore")
WORDS = "a the cat dog sat ran on under mat tree . ,".split()


def noisy(sentence, rng):
    words = [rng.choice(WORDS) if rng.random() < 0.25 else w for w in sentence if rng.random() > 0.1]
    return words or [rng.choice(WORDS)]


if __name__ == "__main__":
    cases = []
    for seed in range(12):
        rng = random.Random(seed)
        references = [
            [[rng.choice(WORDS) for _ in range(rng.randint(1, 14))] for _ in range(rng.randint(1, 3))] for _ in range(1 + seed % 6)
        ]
        hypotheses = [noisy(rng.choice(several), rng) for several in references]
        for order in [1, 2, 4]:
            weights = [1 / order] * order
            plain = corpus_bleu(references, hypotheses, weights)
            smooth = corpus_bleu(references, hypotheses, weights, SmoothingFunction().method2)
            cases.append({"hypotheses": hypotheses, "references": references, "order": order, "bleu": plain, "smooth": smooth})
    path = os.path.join(os.path.dirname(__file__), "bleu.json")
    with open(path, "w") as file:
        cases_text = ",\n".join(json.dumps(case, separators=(",", ":")) for case in cases)
        file.write(f'{{"recipe":"test/golden/bleu.py","nltk":"{nltk.__version__}","cases":[\n{cases_text}\n]}}\n')
