"""Recurrent networks by PyTorch: outputs, last states and every gradient (recurrent.json), and ten training steps (traces-recurrent.json).

  /usr/bin/python3 test/golden/recurrent.py        (PyTorch 1.13: Debian's python3-torch)

Operands are float32 values, computed with in float64. Kernels are (I, G*H) and (H, G*H), gates in the order of Keras: i f g o, z r h (PyTorch has
r z n). The two biases of PyTorch are added into one, except those of the GRU, (2, 3H). Gradients are those of the sum of outputs and last states,
each times a weight that stands in the file. With lengths the sequences are packed; outputs beyond a length are 0.
"""
import os
import torch
from golden import exact, rounded, write

N, T, I, H = 4, 5, 3, 4
LENGTHS = [5, 1, 3, 4]
CELLS = {
    "rnn-tanh": lambda **k: torch.nn.RNN(**k, nonlinearity="tanh"),
    "rnn-relu": lambda **k: torch.nn.RNN(**k, nonlinearity="relu"),
    "lstm": lambda **k: torch.nn.LSTM(**k),
    "gru": lambda **k: torch.nn.GRU(**k),
}
# layers, both directions, lengths
FORMS = {
    "plain": (1, False, False),
    "lengths": (1, False, True),
    "bidirectional": (1, True, True),
    "two-layers": (2, False, False),
    "two-layers-bidirectional": (2, True, True),
}


def columns(name, rows):
    """Rows of PyTorch's gates in the order of Keras."""
    if name != "gru":
        return rows
    r, z, n = rows.chunk(3)
    return torch.cat([z, r, n])


def draw(net):
    with torch.no_grad():
        for p in net.parameters():
            p.copy_(exact((torch.rand_like(p) * 2 - 1) * 0.8))


def parts(name, net, layers, both, of):
    """The weights of each layer and direction, or their gradients."""
    found = []
    for layer in range(layers):
        for direction in range(2 if both else 1):
            suffix = f"l{layer}" + ("_reverse" if direction else "")
            get = lambda kind: columns(name, of(getattr(net, f"{kind}_{suffix}")))
            b, c = get("bias_ih"), get("bias_hh")
            # the gradient of a sum of two biases is that of either
            is_value = of(net.bias_ih_l0) is net.bias_ih_l0
            bias = torch.stack([b, c]) if name == "gru" else b + c if is_value else b
            found.append({"kernel": rounded(get("weight_ih").t()), "recurrentKernel": rounded(get("weight_hh").t()), "bias": rounded(bias)})
    return found


def case(name, form):
    layers, both, has_lengths = FORMS[form]
    net = CELLS[name](input_size=I, hidden_size=H, num_layers=layers, bidirectional=both, batch_first=True)
    draw(net)
    count = layers * (2 if both else 1)
    x = exact(torch.randn(N, T, I)).requires_grad_()
    states = [exact(torch.randn(count, N, H)).requires_grad_() for _ in range(2 if name == "lstm" else 1)]
    given = tuple(states) if name == "lstm" else states[0]
    if has_lengths:
        packed = torch.nn.utils.rnn.pack_padded_sequence(x, LENGTHS, batch_first=True, enforce_sorted=False)
        y, last = net(packed, given)
        y, _ = torch.nn.utils.rnn.pad_packed_sequence(y, batch_first=True, total_length=T)
    else:
        y, last = net(x, given)
    last = list(last) if name == "lstm" else [last]
    weights = [exact(torch.randn_like(t)) for t in [y, *last]]
    sum((w * t).sum() for w, t in zip(weights, [y, *last])).backward()
    return {
        "cell": name,
        "layers": layers,
        "isBidirectional": both,
        **({"lengths": LENGTHS} if has_lengths else {}),
        "x": rounded(x),
        "initial": [rounded(s) for s in states],
        "weights": parts(name, net, layers, both, lambda p: p),
        "y": rounded(y),
        "last": [rounded(s) for s in last],
        "dY": rounded(weights[0]),
        "dLast": [rounded(w) for w in weights[1:]],
        "dX": rounded(x.grad),
        "dInitial": [rounded(s.grad) for s in states],
        "dWeights": parts(name, net, layers, both, lambda p: p.grad),
    }


TRACES = {"lstm": False, "gru": False, "rnn-tanh": False, "lstm-bidirectional": True}


def trace(key, seed):
    """Many to one: recurrent layer, dense 1, cross-entropy on logits, Adam; None where a number comes too near to zero."""
    both = TRACES[key]
    name = key.replace("-bidirectional", "")
    torch.manual_seed(seed)
    net = CELLS[name](input_size=I, hidden_size=H, bidirectional=both, batch_first=True)
    dense = torch.nn.Linear(H * (2 if both else 1), 1)
    draw(net)
    draw(dense)
    if name != "gru":  # one bias, not two of which each is trained
        with torch.no_grad():
            for key_, p in net.named_parameters():
                if key_.startswith("bias_hh"):
                    p.zero_()
        for key_, p in net.named_parameters():
            if key_.startswith("bias_hh"):
                p.requires_grad_(False)
    trained = [p for p in [*net.parameters(), *dense.parameters()] if p.requires_grad]
    optimizer = torch.optim.Adam(trained, lr=0.02, betas=(0.9, 0.999), eps=1e-8)

    def tensors():
        found = parts(name, net, 1, both, lambda p: p)
        return {"layers": found, "kernel": rounded(dense.weight.t()), "bias": rounded(dense.bias)}

    initial, steps = tensors(), []
    for _ in range(10):
        x, y = exact(torch.randn(N, T, I)), torch.randint(2, (N, 1)).double()
        optimizer.zero_grad()
        _, last = net(x)
        h = last[0] if name == "lstm" else last
        loss = torch.nn.functional.binary_cross_entropy_with_logits(dense(torch.cat(list(h), -1)), y)
        loss.backward()
        optimizer.step()
        if min(min(p.abs().min().item() for p in trained), loss.item()) < 5e-4:
            return None
        steps.append({"loss": rounded(loss)[0], "x": rounded(x), "y": rounded(y), "parameters": tensors()})
    return {"cell": name, "isBidirectional": both, "seed": seed, "initial": initial, "steps": steps}


if __name__ == "__main__":
    here = os.path.dirname(__file__)
    head = {"recipe": "test/golden/recurrent.py", "torch": torch.__version__}
    torch.manual_seed(1)
    sizes = {"N": N, "T": T, "I": I, "H": H}
    cases = {f"{name} {form}": case(name, form) for name in CELLS for form in FORMS}
    write(os.path.join(here, "recurrent.json"), {**head, **sizes, "cases": cases})
    traces = {}
    for key in TRACES:
        seed, found = 0, None
        while found is None:
            seed += 1
            found = trace(key, seed)
        traces[key] = found
        print(key, seed, " ".join(f"{step['loss']:.3f}" for step in found["steps"]))
    write(os.path.join(here, "traces-recurrent.json"), {**head, **sizes, "learningRate": 0.02, "traces": traces})
