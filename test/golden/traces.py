"""Ten training steps by PyTorch, for every optimizer and three losses: traces-*.json.

  /usr/bin/python3 test/golden/traces.py [NAME …]        (PyTorch 1.13: Debian's python3-torch)

Networks 7-8(tanh)-6(relu)-4, batch 5, a new batch each step. Initial parameters and batches are float32 values; PyTorch computes in
float64, so that the files hold the true trajectory and a float32 trainer is alone responsible for what it is off. A kernel is written
(in, out), row-major: PyTorch's `weight` transposed. Weight decay is applied to kernels only.

The seed is the first at which no parameter and no loss comes nearer to zero than 1e-3 at any step, so that a relative bound is
meaningful for each number, and no unit of the relu comes nearer than 1e-4 to its kink.
"""
import os
import sys
import torch
from golden import exact, rounded, write

STEPS, BATCH, SIZES = 10, 5, [7, 8, 6, 4]
ACTIVATIONS = ["tanh", "relu", "linear"]

# name: (optimizer as written to the file, its PyTorch form, options for the run)
SGD, ADAM = torch.optim.SGD, torch.optim.Adam


class NAdam(torch.optim.Optimizer):
    """torch.optim.NAdam as of PyTorch 2. PyTorch 1.13 divides the mean by 1 - product * mu * mu_next: one mu too many (Dozat 2016)."""

    def __init__(self, groups, lr, betas, eps, momentum_decay, weight_decay=0):
        super().__init__(groups, {"weight_decay": weight_decay})
        self.constants = lr, *betas, eps, momentum_decay

    @torch.no_grad()
    def step(self):
        lr, beta1, beta2, eps, decay = self.constants
        for group in self.param_groups:
            for p in group["params"]:
                s = self.state[p]
                if not s:
                    s.update(t=0, product=1.0, mean=torch.zeros_like(p), square=torch.zeros_like(p))
                g = p.grad + group["weight_decay"] * p
                s["t"] += 1
                mu, mu_next = (beta1 * (1 - 0.5 * 0.96 ** (t * decay)) for t in (s["t"], s["t"] + 1))
                s["product"] *= mu
                s["mean"].mul_(beta1).add_(g, alpha=1 - beta1)
                s["square"].mul_(beta2).addcmul_(g, g, value=1 - beta2)
                root = (s["square"] / (1 - beta2 ** s["t"])).sqrt() + eps
                mean = (1 - mu) * g / (1 - s["product"]) + mu_next * s["mean"] / (1 - s["product"] * mu_next)
                p -= lr * mean / root


class Lion(torch.optim.Optimizer):
    """Chen et al. 2023, "Symbolic discovery of optimization algorithms", algorithm 2. PyTorch 1.13 has none."""

    def __init__(self, groups, lr, betas, weight_decay=0):
        super().__init__(groups, {"weight_decay": weight_decay})
        self.constants = lr, *betas

    @torch.no_grad()
    def step(self):
        lr, beta1, beta2 = self.constants
        for group in self.param_groups:
            for p in group["params"]:
                mean = self.state[p].setdefault("mean", torch.zeros_like(p))
                direction = torch.sign(torch.lerp(p.grad, mean, beta1))
                p -= lr * (direction + group["weight_decay"] * p)
                mean.lerp_(p.grad, 1 - beta2)


TRACES = {
    "sgd": ({"learningRate": 0.1}, SGD, {"lr": 0.1}),
    "sgd-momentum": ({"learningRate": 0.05, "momentum": 0.9}, SGD, {"lr": 0.05, "momentum": 0.9}),
    "sgd-nesterov": (
        {"learningRate": 0.05, "momentum": 0.9, "nesterov": True},
        SGD,
        {"lr": 0.05, "momentum": 0.9, "nesterov": True},
    ),
    "sgd-weight-decay": ({"learningRate": 0.1, "weightDecay": 0.05}, SGD, {"lr": 0.1, "weight_decay": 0.05}),
    "sgd-clipped": ({"learningRate": 0.1, "globalClipNorm": 1}, SGD, {"lr": 0.1}),
    "sgd-mse": ({"learningRate": 0.5, "momentum": 0.9}, SGD, {"lr": 0.5, "momentum": 0.9}),
    "sgd-bce": ({"learningRate": 0.1, "momentum": 0.9}, SGD, {"lr": 0.1, "momentum": 0.9}),
    "adam": (
        {"learningRate": 0.05, "beta1": 0.9, "beta2": 0.999, "epsilon": 1e-8},
        ADAM,
        {"lr": 0.05, "betas": (0.9, 0.999), "eps": 1e-8},
    ),
    "adam-amsgrad": (
        {"learningRate": 0.05, "beta1": 0.8, "beta2": 0.9, "epsilon": 1e-4, "amsgrad": True},
        ADAM,
        {"lr": 0.05, "betas": (0.8, 0.9), "eps": 1e-4, "amsgrad": True},
    ),
    "adamw": (
        {"learningRate": 0.05, "beta1": 0.9, "beta2": 0.999, "epsilon": 1e-8, "weightDecay": 0.01},
        torch.optim.AdamW,
        {"lr": 0.05, "betas": (0.9, 0.999), "eps": 1e-8, "weight_decay": 0.01},
    ),
    "nadam": (
        {"learningRate": 0.05, "beta1": 0.9, "beta2": 0.999, "epsilon": 1e-8},
        NAdam,
        {"lr": 0.05, "betas": (0.9, 0.999), "eps": 1e-8, "momentum_decay": 0.004},
    ),
    "adamax": (
        {"learningRate": 0.05, "beta1": 0.9, "beta2": 0.99, "epsilon": 1e-7, "weightDecay": 0.02},
        torch.optim.Adamax,
        {"lr": 0.05, "betas": (0.9, 0.99), "eps": 1e-7, "weight_decay": 0.02},
    ),
    "lion": (
        {"learningRate": 0.02, "beta1": 0.9, "beta2": 0.99, "weightDecay": 0.1},
        Lion,
        {"lr": 0.02, "betas": (0.9, 0.99), "weight_decay": 0.1},
    ),
    "sgd-constrained": ({"learningRate": 0.3, "momentum": 0.9}, SGD, {"lr": 0.3, "momentum": 0.9}),
    "rmsprop": (
        {"learningRate": 0.02, "rho": 0.9, "epsilon": 1e-7},
        torch.optim.RMSprop,
        {"lr": 0.02, "alpha": 0.9, "eps": 1e-7},
    ),
    "rmsprop-centered": (
        {"learningRate": 0.02, "rho": 0.9, "epsilon": 1e-3, "momentum": 0.5, "centered": True},
        torch.optim.RMSprop,
        {"lr": 0.02, "alpha": 0.9, "eps": 1e-3, "momentum": 0.5, "centered": True},
    ),
    "adagrad": (
        {"learningRate": 0.2, "initialAccumulator": 0.1, "epsilon": 1e-7},
        torch.optim.Adagrad,
        {"lr": 0.2, "initial_accumulator_value": 0.1, "eps": 1e-7},
    ),
    "adadelta": (
        {"learningRate": 1, "rho": 0.95, "epsilon": 1e-3},
        torch.optim.Adadelta,
        {"lr": 1, "rho": 0.95, "eps": 1e-3},
    ),
}


def max_norm(weight):
    """No unit's weights have a norm above 1.1. A row of PyTorch's weight is a column of a kernel."""
    return torch.renorm(weight, 2, 0, 1.1)


def unit_norm(weight):
    return torch.nn.functional.normalize(weight, dim=1)


def min_max_norm(weight):
    """Norms go half of the way into [0.8, 1.2]."""
    return torch.lerp(weight, unit_norm(weight) * weight.norm(dim=1, keepdim=True).clamp(0.8, 1.2), 0.5)


def non_negative(bias):
    return bias.clamp(min=0)


# By layer: for "kernel" and "bias", the constraint as written to the file, and what PyTorch does after a step.
CONSTRAINTS = {
    "sgd-constrained": [
        {"kernel": ({"className": "maxNorm", "maxValue": 1.1}, max_norm)},
        {"kernel": ({"className": "unitNorm"}, unit_norm), "bias": ({"className": "nonNegative"}, non_negative)},
        {"kernel": ({"className": "minMaxNorm", "minValue": 0.8, "maxValue": 1.2, "rate": 0.5}, min_max_norm)},
    ]
}


def loss_of(name):
    """(activation of the last layer, loss as written to the file, PyTorch's loss, target maker)"""
    if name == "sgd-mse":
        return "sigmoid", "meanSquaredError", torch.nn.functional.mse_loss, lambda: exact(torch.rand(BATCH, SIZES[-1]))
    if name == "sgd-bce":
        binary = torch.nn.functional.binary_cross_entropy_with_logits
        return "linear", "binaryCrossentropyFromLogits", binary, lambda: torch.randint(2, (BATCH, SIZES[-1])).double()
    cross = torch.nn.functional.cross_entropy
    return "linear", "sparseCategoricalCrossentropyFromLogits", cross, lambda: torch.randint(SIZES[-1], (BATCH,))


class Network(torch.nn.Module):
    def __init__(self, output):
        super().__init__()
        self.activations = ACTIVATIONS[:-1] + [output]
        self.dense = torch.nn.ModuleList(torch.nn.Linear(i, o) for i, o in zip(SIZES, SIZES[1:]))
        with torch.no_grad():
            for layer in self.dense:
                bound = (6 / sum(layer.weight.shape)) ** 0.5
                layer.weight.copy_(exact((torch.rand_like(layer.weight) * 2 - 1) * bound))
                layer.bias.copy_(exact((torch.rand_like(layer.bias) * 2 - 1) * 0.5))

    def forward(self, x):
        self.kink = float("inf")
        for layer, activation in zip(self.dense, self.activations):
            x = layer(x)
            if activation == "relu":
                self.kink = min(self.kink, x.abs().min().item())
            x = x if activation == "linear" else getattr(torch, activation)(x)
        return x

    def tensors(self):
        for number, layer in enumerate(self.dense, 1):
            yield f"dense_{number}/kernel", layer.weight.t()
            yield f"dense_{number}/bias", layer.bias


def train(name, seed):
    """The trace as a dictionary, or None where a number comes too near to zero."""
    written, make, options = TRACES[name]
    output, loss_name, loss_function, targets = loss_of(name)
    torch.manual_seed(seed)
    network = Network(output)
    groups = [{"params": [l.weight for l in network.dense]}, {"params": [l.bias for l in network.dense], "weight_decay": 0}]
    optimizer = make(groups, **options)
    constraints = CONSTRAINTS.get(name, [{}] * len(network.dense))
    initial = {key: rounded(value) for key, value in network.tensors()}
    steps, norms = [], []
    for _ in range(STEPS):
        x, y = exact(torch.randn(BATCH, SIZES[0]) * (2 if name == "sgd-clipped" else 1)), targets()
        optimizer.zero_grad()
        loss = loss_function(network(x), y)
        loss.backward()
        if "globalClipNorm" in written:
            norms.append(torch.nn.utils.clip_grad_norm_(network.parameters(), written["globalClipNorm"]).item())
        optimizer.step()
        with torch.no_grad():
            for layer, rules in zip(network.dense, constraints):
                for part, (_, rule) in rules.items():
                    parameter = layer.weight if part == "kernel" else layer.bias
                    parameter.copy_(rule(parameter))
        smallest = min(p[p != 0].abs().min().item() for p in network.parameters())
        if min(smallest, loss.item()) < 1e-3 or network.kink < 1e-4:
            return None
        numbers = y.reshape(-1).tolist() if y.dtype == torch.long else rounded(y)
        parameters = {key: rounded(value) for key, value in network.tensors()}
        steps.append({"loss": rounded(loss)[0], "x": rounded(x), "y": numbers, "parameters": parameters})
    if norms and not min(norms) < 0.9 < 1.5 < max(norms):
        return None  # the clipped run has steps on both sides of the limit
    layers = [
        {"units": units, "activation": a, **{f"{part}Constraint": config for part, (config, _) in rules.items()}}
        for units, a, rules in zip(SIZES[1:], network.activations, constraints)
    ]
    return {
        "recipe": "test/golden/traces.py",
        "torch": torch.__version__,
        "seed": seed,
        "inputs": SIZES[0],
        "batch": BATCH,
        "layers": layers,
        "loss": loss_name,
        "optimizer": {"name": name.split("-")[0], **written},
        "initial": initial,
        "steps": steps,
    }


if __name__ == "__main__":
    for name in sys.argv[1:] or TRACES:
        seed, trace = 0, None
        while trace is None:
            seed += 1
            trace = train(name, seed)
        path = os.path.join(os.path.dirname(__file__), f"traces-{name}.json")
        write(path, trace)
        losses = " ".join(f"{step['loss']:.3f}" for step in trace["steps"])
        print(f"{name}: seed {seed}, {os.path.getsize(path)} bytes, losses {losses}")
