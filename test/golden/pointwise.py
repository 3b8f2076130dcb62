"""Activations and losses with their gradients by PyTorch, on 24 points each: activations.json, losses.json.

  /usr/bin/python3 test/golden/pointwise.py        (PyTorch 1.13: Debian's python3-torch)

What goes in are float32 values, some at and around kinks and saturation; PyTorch computes in float64. `dx` is the gradient of
Σ dy·y with respect to x. A loss of N = 6 samples with C = 4 outputs is one number a sample (`samples`: the mean over C, or what the
loss itself does with a row); `gradient` is that of the mean over the samples with respect to the prediction.
"""
import os
import torch
import torch.nn.functional as F
from golden import exact, rounded, write

N, C = 6, 4

ELEMENTWISE = {
    "sigmoid": torch.sigmoid,
    "tanh": torch.tanh,
    "relu": torch.relu,
    "leakyRelu": lambda x: F.leaky_relu(x, 0.2),  # slope 0.2
    "elu": F.elu,  # alpha 1
    "selu": F.selu,
    "gelu": F.gelu,  # exact: x·Φ(x)
    "silu": F.silu,
    "softplus": F.softplus,
    "hardSigmoid": F.hardsigmoid,  # (x + 3)/6 between 0 and 1
}
BY_ROW = {"softmax": lambda x: F.softmax(x, 1), "logSoftmax": lambda x: F.log_softmax(x, 1)}


def mean(loss):
    """A loss that is a mean over the outputs of a sample."""
    return lambda p, y: loss(p, y, reduction="none").mean(1)


SMOOTHING = 0.1
LOSSES = {  # name: (kind of prediction, kind of target, loss of each sample)
    "meanSquaredError": ("any", "any", mean(F.mse_loss)),
    "meanAbsoluteError": ("any", "any", mean(F.l1_loss)),
    "huber": ("any", "any", mean(F.huber_loss)),  # delta 1
    "binaryCrossentropy": ("inside", "bits", mean(F.binary_cross_entropy)),
    "binaryCrossentropyFromLogits": ("any", "unit", mean(F.binary_cross_entropy_with_logits)),
    "categoricalCrossentropyFromLogits": ("any", "rows", lambda p, y: F.cross_entropy(p, y, reduction="none")),
    "categoricalCrossentropySmoothed": (
        "any",
        "rows",  # label smoothing 0.1
        lambda p, y: F.cross_entropy(p, y, reduction="none", label_smoothing=SMOOTHING),
    ),
    "sparseCategoricalCrossentropyFromLogits": ("any", "labels", lambda p, y: F.cross_entropy(p, y, reduction="none")),
    "sparseCategoricalCrossentropy": ("rows", "labels", lambda p, y: F.nll_loss(p.log(), y, reduction="none")),
    "hinge": ("any", "signs", lambda p, y: torch.clamp(1 - y * p, min=0).mean(1)),
    "klDivergence": ("rows", "rows", lambda p, y: F.kl_div(p.log(), y, reduction="none").sum(1)),  # Σ y·ln(y/p)
    "cosineSimilarity": ("any", "any", lambda p, y: -F.cosine_similarity(p, y, dim=1)),  # −cos(y, p)
}

MAKE = {
    "any": lambda: exact(torch.randn(N, C) * 2),
    "inside": lambda: exact(torch.rand(N, C) * 0.98 + 0.01),
    "unit": lambda: exact(torch.rand(N, C)),
    "bits": lambda: torch.randint(2, (N, C)).double(),
    "signs": lambda: torch.randint(2, (N, C)).double() * 2 - 1,
    "rows": lambda: exact(F.softmax(torch.randn(N, C), 1)),
    "labels": lambda: torch.randint(C, (N,)),
}


def activations():
    torch.manual_seed(1)
    special = [0, -0.0, 1e-6, -1e-6, 3, -3, 3.5, -3.5, 9, -9, 20, -20]
    x = exact(torch.cat([torch.tensor(special), torch.randn(N * C - len(special)) * 2]))
    dy = exact(torch.randn(N * C))
    rows = exact(torch.randn(N, C) * 3)
    rows[0] += 80  # e^x overflows float32 without the maximum taken off
    rows[1, 0] = -60
    rows = exact(rows)

    def case(f, x):
        x = x.clone().requires_grad_()
        y = f(x)
        y.backward(dy.reshape(y.shape))
        return {"y": rounded(y), "dx": rounded(x.grad)}

    return {
        "recipe": "test/golden/pointwise.py",
        "torch": torch.__version__,
        "x": rounded(x),
        "dy": rounded(dy),
        "elementwise": {name: case(f, x) for name, f in ELEMENTWISE.items()},
        "rows": {"shape": [N, C], "x": rounded(rows), "cases": {name: case(f, rows) for name, f in BY_ROW.items()}},
    }


def losses():
    cases = {}
    for seed, (name, (kind, target_kind, f)) in enumerate(LOSSES.items()):
        torch.manual_seed(seed)
        prediction, target = MAKE[kind]().requires_grad_(), MAKE[target_kind]()
        samples = f(prediction, target)
        samples.mean().backward()
        cases[name] = {
            "prediction": rounded(prediction),
            "target": target.tolist() if target_kind == "labels" else rounded(target),
            "samples": rounded(samples),
            "gradient": rounded(prediction.grad),
        }
    return {"recipe": "test/golden/pointwise.py", "torch": torch.__version__, "shape": [N, C], "cases": cases}


if __name__ == "__main__":
    for name, make in {"activations": activations, "losses": losses}.items():
        write(os.path.join(os.path.dirname(__file__), f"{name}.json"), make())
