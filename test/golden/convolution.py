"""Ten training steps of convolutional networks by PyTorch: traces-conv-*.json.

  /usr/bin/python3 test/golden/convolution.py        (PyTorch 1.13: Debian's python3-torch)

  traces-conv-lying     strided, dilated, grouped, depthwise and transposed convolutions, one after the other; SGD with momentum
  traces-conv-network   convolution, convolution, max pooling, two dense layers; Adam
  traces-conv-normalized  the same with batch normalisation after each convolution; SGD with momentum

A new batch each step, of multiples of 1/16. Initial parameters are float32 values; PyTorch computes in float64. Images are (N, H, W, C) in the files,
kernels (kH, kW, C / groups, O): PyTorch's (O, C / groups, kH, kW) turned over; of a transposed convolution (kH, kW, O, C).

The seed is the first at which no unit of a relu comes nearer than 1e-5 to its kink, nor two pixels of a pooled window so near to each other.
"""
import os
import torch
from torch import nn
from golden import exact, rounded, write

STEPS, BATCH, CLASSES = 10, 3, 4
relu = "relu"

# Layers as lanegrad's files name them, beside their PyTorch form.
LYING = {
    "shape": [7, 6, 4],
    "layers": [
        ({"className": "conv2d", "filters": 6, "kernelSize": 3, "strides": [2, 1], "padding": 1, "activation": relu},
         lambda: nn.Conv2d(4, 6, 3, stride=(2, 1), padding=1)),
        ({"className": "conv2d", "filters": 8, "kernelSize": [3, 2], "dilationRate": 2, "groups": 2, "padding": [2, 1],
          "activation": relu},
         lambda: nn.Conv2d(6, 8, (3, 2), dilation=2, groups=2, padding=(2, 1))),
        ({"className": "depthwiseConv2d", "kernelSize": 3, "padding": "same", "activation": "tanh"},
         lambda: nn.Conv2d(8, 8, 3, groups=8, padding=1)),
        ({"className": "conv2dTranspose", "filters": 3, "kernelSize": 3, "strides": 2, "padding": 1, "outputPadding": 1,
          "activation": relu},
         lambda: nn.ConvTranspose2d(8, 3, 3, stride=2, padding=1, output_padding=1)),
        ({"className": "conv2d", "filters": 5, "kernelSize": 3, "strides": 3, "dilationRate": 2, "activation": relu},
         lambda: nn.Conv2d(3, 5, 3, stride=3, dilation=2)),
        ({"className": "flatten"}, nn.Flatten),
        ({"className": "dense", "units": CLASSES}, lambda: nn.Linear(30, CLASSES)),
    ],
    "optimizer": ({"name": "sgd", "learningRate": 0.05, "momentum": 0.9}, torch.optim.SGD, {"lr": 0.05, "momentum": 0.9}),
}
NETWORK = {
    "shape": [8, 8, 1],
    "layers": [
        ({"className": "conv2d", "filters": 8, "kernelSize": 3, "padding": "same", "activation": relu},
         lambda: nn.Conv2d(1, 8, 3, padding=1)),
        ({"className": "conv2d", "filters": 10, "kernelSize": 3, "padding": "same", "activation": relu},
         lambda: nn.Conv2d(8, 10, 3, padding=1)),
        ({"className": "maxPooling2d"}, lambda: nn.MaxPool2d(2)),
        ({"className": "flatten"}, nn.Flatten),
        ({"className": "dense", "units": 12, "activation": relu}, lambda: nn.Linear(160, 12)),
        ({"className": "dense", "units": CLASSES}, lambda: nn.Linear(12, CLASSES)),
    ],
    "optimizer": (
        {"name": "adam", "learningRate": 0.005, "beta1": 0.9, "beta2": 0.999, "epsilon": 1e-4},
        torch.optim.Adam,
        {"lr": 0.005, "betas": (0.9, 0.999), "eps": 1e-4},
    ),
}


class BatchNorm(nn.BatchNorm2d):
    """As Keras: the moving variance approaches the batch's own, not the estimate with n - 1."""

    def forward(self, x):
        with torch.no_grad():
            self.running_mean.lerp_(x.mean((0, 2, 3)), self.momentum)
            self.running_var.lerp_(x.var((0, 2, 3), unbiased=False), self.momentum)
        return nn.functional.batch_norm(x, None, None, self.weight, self.bias, training=True, eps=self.eps)


def normalized(inputs, filters):
    """Convolution without bias, batch normalisation, relu."""
    return [
        ({"className": "conv2d", "filters": filters, "kernelSize": 3, "padding": "same", "useBias": False},
         lambda: nn.Conv2d(inputs, filters, 3, padding=1, bias=False)),
        ({"className": "batchNormalization", "momentum": 0.75}, lambda: BatchNorm(filters, eps=1e-3, momentum=0.25)),
        ({"className": "activation", "activation": relu}, nn.Identity),
    ]


NORMALIZED = {
    "shape": [8, 8, 1],
    "layers": [
        *normalized(1, 8),
        *normalized(8, 10),
        ({"className": "maxPooling2d"}, lambda: nn.MaxPool2d(2)),
        ({"className": "flatten"}, nn.Flatten),
        ({"className": "dense", "units": CLASSES}, lambda: nn.Linear(160, CLASSES)),
    ],
    "optimizer": ({"name": "sgd", "learningRate": 0.01, "momentum": 0.9}, torch.optim.SGD, {"lr": 0.01, "momentum": 0.9}),
}


class Network(nn.Module):
    def __init__(self, layers):
        super().__init__()
        self.configs = [config for config, _ in layers]
        self.parts = nn.ModuleList(make() for _, make in layers)
        with torch.no_grad():
            for parameter in self.parameters():
                parameter.copy_(exact(parameter))

    def forward(self, x):
        self.kink = float("inf")
        x = x.permute(0, 3, 1, 2)
        for config, part in zip(self.configs, self.parts):
            if config["className"] == "flatten":
                x = x.permute(0, 2, 3, 1)
            if config["className"] == "maxPooling2d":
                first, second = nn.functional.unfold(x.flatten(0, 1)[:, None], 2, stride=2).topk(2, 1)[0].unbind(1)
                self.kink = min(self.kink, (first - second)[first > 0].min().item())  # zeros tie where all were cut off
            x = part(x)
            if config.get("activation") == relu:
                self.kink = min(self.kink, x.abs().min().item())
            x = getattr(torch, config["activation"])(x) if "activation" in config else x
        return x

    def tensors(self):
        counts = {}
        for config, part in zip(self.configs, self.parts):
            name = config["className"]
            if not hasattr(part, "weight"):
                continue
            counts[name] = counts.get(name, 0) + 1
            if name == "batchNormalization":
                values = part.weight, part.bias, part.running_mean, part.running_var
                for key, value in zip(("gamma", "beta", "movingMean", "movingVariance"), values):
                    yield f"{name}_{counts[name]}/{key}", value
                continue
            depthwise = name == "depthwiseConv2d"
            kernel = part.weight.permute(2, 3, *((0, 1) if depthwise else (1, 0))) if name != "dense" else part.weight.t()
            yield f"{name}_{counts[name]}/{'depthwiseKernel' if depthwise else 'kernel'}", kernel
            if part.bias is not None:
                yield f"{name}_{counts[name]}/bias", part.bias


def train(recipe, seed):
    """The trace as a dictionary, or None where something comes too near to a kink."""
    written, make, options = recipe["optimizer"]
    torch.manual_seed(seed)
    network = Network(recipe["layers"])
    optimizer = make(network.parameters(), **options)
    initial = {key: rounded(value) for key, value in network.tensors()}
    steps = []
    for _ in range(STEPS):
        x, y = (torch.randn(BATCH, *recipe["shape"]) * 16).round() / 16, torch.randint(CLASSES, (BATCH,))
        optimizer.zero_grad()
        loss = nn.functional.cross_entropy(network(x), y)
        loss.backward()
        optimizer.step()
        if network.kink < 1e-5:
            return None
        steps.append({"loss": rounded(loss)[0], "x": rounded(x), "y": y.tolist()})
    return {
        "recipe": "test/golden/convolution.py",
        "torch": torch.__version__,
        "seed": seed,
        "shape": recipe["shape"],
        "batch": BATCH,
        "layers": network.configs,
        "optimizer": written,
        "initial": initial,
        "steps": steps,
        "final": {key: rounded(value) for key, value in network.tensors()},
    }


if __name__ == "__main__":
    for name, recipe in {"lying": LYING, "network": NETWORK, "normalized": NORMALIZED}.items():
        seed, trace = 0, None
        while trace is None:
            seed += 1
            trace = train(recipe, seed)
        path = os.path.join(os.path.dirname(__file__), f"traces-conv-{name}.json")
        write(path, trace)
        losses = " ".join(f"{step['loss']:.3f}" for step in trace["steps"])
        print(f"{name}: seed {seed}, {os.path.getsize(path)} bytes, losses {losses}")
