"""What both recipes of this folder share: numbers as text, and files written one list a line."""
import json
import torch

torch.set_default_dtype(torch.float64)


def rounded(tensor):
    """A tensor's values as float32, 9 significant digits each: enough to give exactly that float32 again."""
    return [float(f"{v:.9g}") for v in tensor.detach().to(torch.float32).reshape(-1).tolist()]


def exact(tensor):
    """The nearest float32 values, as float64: what goes in is the same on both sides to the last bit."""
    return tensor.to(torch.float32).to(torch.float64)


def write(path, content):
    """JSON, one key a line down to the lists of numbers, so that a change is a short diff."""
    with open(path, "w") as file:
        file.write(lines(content, "") + "\n")


def lines(value, indent):
    inner = indent + " "
    if isinstance(value, dict) and any(isinstance(v, (dict, list)) for v in value.values()):
        members = [f"{inner}{json.dumps(k)}: {lines(v, inner)}" for k, v in value.items()]
        return "{\n" + ",\n".join(members) + f"\n{indent}}}"
    if isinstance(value, list) and value and isinstance(value[0], dict):
        return "[\n" + ",\n".join(inner + lines(v, inner) for v in value) + f"\n{indent}]"
    return json.dumps(value, separators=(",", ":"))
