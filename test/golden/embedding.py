"""Ten training steps of a network that reads tokens, by PyTorch: traces-embedding.json.

  /usr/bin/python3 test/golden/embedding.py        (PyTorch 1.13: Debian's python3-torch)

An embedding of 9 tokens in 3 numbers, its rows end to end, 5 units with tanh, 2 classes. The table is trained sparsely: "sgd" moves the rows that occur,
and with "adam", which is torch.optim.SparseAdam, the others keep their moments too while the step count goes on. Token 8 never occurs, token 7 only
from the sixth step on. Operands are float32 values, computed with in float64. SparseAdam adds epsilon before it corrects the second moment for its bias, Adam
afterwards; with 1e-12 that is the same.

The seed is the first at which no parameter and no loss comes nearer to zero than 1e-3 at any step, so that a relative bound is meaningful.
"""
import os
import torch
from golden import exact, rounded, write

V, D, T, UNITS, CLASSES, BATCH, STEPS = 9, 3, 4, 5, 2, 3, 10
ADAM = {"lr": 0.05, "betas": (0.9, 0.999), "eps": 1e-12}


def optimizers(name, table, others):
    if name == "sgd":
        return [torch.optim.SGD([table], lr=0.2), torch.optim.SGD(others, lr=0.2)], {"learningRate": 0.2}
    written = {"learningRate": 0.05, "beta1": 0.9, "beta2": 0.999, "epsilon": 1e-12}
    return [torch.optim.SparseAdam([table], **ADAM), torch.optim.Adam(others, **ADAM)], written


def train(name, seed):
    """The trace as a dictionary, or None where a number comes too near to zero."""
    torch.manual_seed(seed)
    embedding = torch.nn.Embedding(V, D, sparse=True)
    dense = [torch.nn.Linear(T * D, UNITS), torch.nn.Linear(UNITS, CLASSES)]
    others = [p for layer in dense for p in layer.parameters()]
    with torch.no_grad():
        for p in [embedding.weight, *others]:
            p.copy_(exact((torch.rand_like(p) * 2 - 1) * 0.8))
    both, written = optimizers(name, embedding.weight, others)

    def tensors():
        found = {"embedding_1/embeddings": rounded(embedding.weight)}
        for number, layer in enumerate(dense, 1):
            found |= {f"dense_{number}/kernel": rounded(layer.weight.t()), f"dense_{number}/bias": rounded(layer.bias)}
        return found

    initial, steps = tensors(), []
    for step in range(STEPS):
        x, y = torch.randint(7 if step < 5 else 8, (BATCH, T)), torch.randint(CLASSES, (BATCH,))
        for optimizer in both:
            optimizer.zero_grad()
        hidden = torch.tanh(dense[0](embedding(x).flatten(1)))
        loss = torch.nn.functional.cross_entropy(dense[1](hidden), y)
        loss.backward()
        for optimizer in both:
            optimizer.step()
        if min(*(p.abs().min().item() for p in [embedding.weight, *others]), loss.item()) < 1e-3:
            return None
        numbers = {"x": x.reshape(-1).tolist(), "y": y.tolist()}
        steps.append({"loss": rounded(loss)[0], **numbers, "parameters": tensors()})
    if not any(7 in step["x"] for step in steps):
        return None
    return {"seed": seed, "optimizer": {"name": name, **written}, "initial": initial, "steps": steps}


if __name__ == "__main__":
    head = {"recipe": "test/golden/embedding.py", "torch": torch.__version__}
    sizes = {"V": V, "D": D, "T": T, "units": UNITS, "classes": CLASSES, "batch": BATCH}
    traces = {}
    for name in ["sgd", "adam"]:
        seed, found = 0, None
        while found is None:
            seed += 1
            found = train(name, seed)
        traces[name] = found
        print(name, seed, " ".join(f"{step['loss']:.3f}" for step in found["steps"]))
    write(os.path.join(os.path.dirname(__file__), "traces-embedding.json"), {**head, **sizes, "traces": traces})
