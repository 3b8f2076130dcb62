"""Ten training steps of attention with heads, by PyTorch: traces-attention.json.

  /usr/bin/python3 test/golden/attention.py        (PyTorch 1.13: Debian's python3-torch)

"causal": the steps of a sequence look at themselves and those before them; "cross": they look at another sequence, of which only the first `lengths`
steps count. The output is compared with y by the mean of squares; Adam, with an epsilon that
hides the rounding of the gradient of the keys' bias, which is 0. Kernels are written (in, out), row-major. Operands are float32 values, computed
with in float64.
"""
import os
import torch
from golden import exact, rounded, write

E, HEADS, TQ, TK, MEMORY, BATCH, STEPS = 6, 2, 4, 5, 3, 3, 10
ADAM = {"lr": 0.02, "betas": (0.9, 0.999), "eps": 1e-2}


def train(kind, seed):
    torch.manual_seed(seed)
    width = E if kind == "causal" else MEMORY
    layer = torch.nn.MultiheadAttention(E, HEADS, batch_first=True, kdim=width, vdim=width)
    with torch.no_grad():
        for p in layer.parameters():
            p.copy_(exact((torch.rand_like(p) * 2 - 1) * 0.8))
    optimizer = torch.optim.Adam(layer.parameters(), **ADAM)

    def kernels():
        if kind == "causal":
            return layer.in_proj_weight.chunk(3)
        return layer.q_proj_weight, layer.k_proj_weight, layer.v_proj_weight

    def tensors():
        found = {}
        weights, biases = (*kernels(), layer.out_proj.weight), (*layer.in_proj_bias.chunk(3), layer.out_proj.bias)
        for name, weight, bias in zip(["query", "key", "value", "output"], weights, biases):
            found |= {f"{name}Kernel": rounded(weight.t()), f"{name}Bias": rounded(bias)}
        return found

    initial, steps = tensors(), []
    for _ in range(STEPS):
        x, y = exact(torch.randn(BATCH, TQ, E)), exact(torch.randn(BATCH, TQ, E))
        batch = {"x": rounded(x), "y": rounded(y)}
        optimizer.zero_grad()
        if kind == "causal":
            ahead = torch.ones(TQ, TQ, dtype=torch.bool).triu(1)
            out, weights = layer(x, x, x, attn_mask=ahead, average_attn_weights=False)
        else:
            memory, lengths = exact(torch.randn(BATCH, TK, MEMORY)), torch.randint(1, TK + 1, (BATCH,))
            batch |= {"memory": rounded(memory), "lengths": lengths.tolist()}
            padding = torch.arange(TK)[None] >= lengths[:, None]
            out, weights = layer(x, memory, memory, key_padding_mask=padding, average_attn_weights=False)
        loss = torch.nn.functional.mse_loss(out, y)
        loss.backward()
        optimizer.step()
        steps.append({"loss": rounded(loss)[0], **batch, "weights": rounded(weights), "parameters": tensors()})
    return {"seed": seed, "initial": initial, "steps": steps}


if __name__ == "__main__":
    head = {"recipe": "test/golden/attention.py", "torch": torch.__version__}
    sizes = {"features": E, "heads": HEADS, "queries": TQ, "keys": TK, "memory": MEMORY, "batch": BATCH}
    traces = {kind: train(kind, 1) for kind in ["causal", "cross"]}
    for kind, trace in traces.items():
        print(kind, " ".join(f"{step['loss']:.3f}" for step in trace["steps"]))
    write(os.path.join(os.path.dirname(__file__), "traces-attention.json"), {**head, **sizes, "traces": traces})
