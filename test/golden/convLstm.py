"""A convolutional LSTM (Shi et al. 2015, without peepholes) in PyTorch: outputs, last states and every gradient (convLstm.json).

  /usr/bin/python3 test/golden/convLstm.py        (PyTorch 1.13: Debian's python3-torch)

Operands are float32 values, computed with in float64. Layouts are those of Keras: x (N, T, H, W, C), kernels (kH, kW, C, 4F) and (kH, kW, F, 4F),
gates i f g o; PyTorch's images are (N, C, H, W) and its kernels (O, C, kH, kW). Gradients are those of the sum of outputs and last states, each times
a weight that stands in the file.
"""
import os
import torch
from torch.nn.functional import conv2d
from golden import exact, rounded, write

N, T, H, W, C, F, K = 2, 4, 5, 6, 2, 3, 3
FORMS = {"same": (1, 1), "strided": (2, 0)}


def draw(*shape, scale=1.0):
    return exact(torch.randn(*shape) * scale).requires_grad_()


def channels_first(images):
    return images.permute(0, 3, 1, 2)


def kernel_of(keras):
    return keras.permute(3, 2, 0, 1)


def film(x, kernel, recurrent, bias, h, c, stride, padding):
    outputs = []
    h, c = channels_first(h), channels_first(c)
    for t in range(T):
        a = conv2d(channels_first(x[:, t]), kernel_of(kernel), bias, stride, padding) + conv2d(h, kernel_of(recurrent), padding=K // 2)
        i, f, g, o = a.chunk(4, dim=1)
        c = torch.sigmoid(f) * c + torch.sigmoid(i) * torch.tanh(g)
        h = torch.sigmoid(o) * torch.tanh(c)
        outputs.append(h.permute(0, 2, 3, 1))
    return torch.stack(outputs, 1), h.permute(0, 2, 3, 1), c.permute(0, 2, 3, 1)


def case(stride, padding):
    oH, oW = [(n + 2 * padding - K) // stride + 1 for n in (H, W)]
    operands = {
        "x": draw(N, T, H, W, C),
        "h": draw(N, oH, oW, F),
        "c": draw(N, oH, oW, F),
        "kernel": draw(K, K, C, 4 * F, scale=0.4),
        "recurrentKernel": draw(K, K, F, 4 * F, scale=0.4),
        "bias": draw(4 * F, scale=0.4),
    }
    x, h, c, kernel, recurrent, bias = operands.values()
    results = film(x, kernel, recurrent, bias, h, c, stride, padding)
    weights = [exact(torch.randn_like(y)) for y in results]
    sum((w * y).sum() for w, y in zip(weights, results)).backward()
    return {
        "strides": stride,
        "padding": padding,
        "state": [oH, oW, F],
        "operands": {name: rounded(value) for name, value in operands.items()},
        "results": {name: rounded(y) for name, y in zip(["y", "h", "c"], results)},
        "weights": {name: rounded(w) for name, w in zip(["y", "h", "c"], weights)},
        "gradients": {name: rounded(value.grad) for name, value in operands.items()},
    }


torch.manual_seed(14)
folder = os.path.dirname(os.path.abspath(__file__))
cases = {name: case(*form) for name, form in FORMS.items()}
write(os.path.join(folder, "convLstm.json"), {"N": N, "T": T, "H": H, "W": W, "C": C, "F": F, "K": K, "cases": cases})
