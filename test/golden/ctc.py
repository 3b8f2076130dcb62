"""The CTC loss and its gradient by PyTorch: ctc.json.

  /usr/bin/python3 test/golden/ctc.py        (PyTorch 1.13: Debian's python3-torch)

What goes in are float32 logits (N, T, C); PyTorch computes in float64. `losses` is one number a recording, `gradient` that of
their sum with respect to the logits. ∞ among losses and NaN among gradients, which JSON does not have, stand as null.
"""
import os
import torch
import torch.nn.functional as F
from golden import exact, rounded, write

# name: (T, C, blank, targets, frames that count, zero infinity)
CASES = {
    "empty target": (4, 3, 0, [[], [2]], [4, 4], False),
    "repeats": (7, 4, 0, [[1, 1, 1], [2, 2, 3]], [7, 5], False),
    "as many frames as labels": (4, 6, 0, [[1, 2, 3, 4], [5, 1, 5, 2]], [4, 4], False),
    "fewer frames than labels": (3, 5, 0, [[1, 2, 3, 4], [1, 2]], [3, 3], False),
    "fewer frames than labels, zero infinity": (3, 5, 0, [[1, 2, 3, 4], [1, 2]], [3, 3], True),
    "a repeat too many": (4, 5, 0, [[1, 1, 1], [1, 2, 3]], [4, 3], True),
    "one frame, one label": (1, 4, 0, [[3], [1]], [1, 1], False),
    "one label in many frames": (12, 4, 0, [[3], [1]], [12, 1], False),
    "the last class is the blank": (8, 5, 4, [[0, 1, 0], [2, 2, 3]], [8, 6], False),
    "long": (60, 29, 0, [list(range(1, 21)), [7] * 9], [60, 45], False),
}


def number(value):
    """None for what is not finite: Python's own words for it are not JSON."""
    return value if abs(value) < float("inf") else None


def case(T, C, blank, targets, frames, zero_infinity):
    logits = exact(2 * torch.randn(len(targets), T, C)).requires_grad_()
    losses = F.ctc_loss(
        logits.log_softmax(2).transpose(0, 1),
        torch.tensor([label for target in targets for label in target]),
        torch.tensor(frames),
        torch.tensor([len(target) for target in targets]),
        blank=blank,
        reduction="none",
        zero_infinity=zero_infinity,
    )
    losses.sum().backward()
    return {
        "T": T,
        "C": C,
        "blank": blank,
        "targets": targets,
        "frames": frames,
        "zeroInfinity": zero_infinity,
        "logits": rounded(logits),
        "losses": [number(v) for v in rounded(losses)],
        "gradient": [number(v) for v in rounded(logits.grad)],
    }


if __name__ == "__main__":
    torch.manual_seed(15)
    folder = os.path.dirname(os.path.abspath(__file__))
    write(os.path.join(folder, "ctc.json"), {name: case(*given) for name, given in CASES.items()})
