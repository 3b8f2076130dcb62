"""Files as NumPy writes them, in base64: npy, npz, pickled arrays of lists. Writes numpy.json beside itself; needs numpy alone."""

import base64
import io
import json
import os
import pickle
from pathlib import Path

import numpy as np


class Command:
    """What a reader must not run."""

    def __reduce__(self):
        return os.system, ("echo hi",)


def objects(items):
    array = np.empty(len(items), dtype=object)
    for i, item in enumerate(items):
        array[i] = item
    return array


def text(data):
    return base64.b64encode(data).decode()


def saved(array):
    file = io.BytesIO()
    np.save(file, array)
    return text(file.getvalue())


train = objects([[1, 300, 70000], [2], [5, 5, 6, 7]])
files = {}
for name, save in (("stored", np.savez), ("compressed", np.savez_compressed)):
    archive = io.BytesIO()
    test = objects([[9, 8], [88584]])
    save(archive, x_train=train, y_train=np.array([1, 0, 1]), x_test=test, y_test=np.array([0, 1]))
    files[name] = text(archive.getvalue())
for protocol in (2, 3, 4):
    files[f"protocol{protocol}"] = text(pickle.dumps(train, protocol=protocol))
files["command"] = text(pickle.dumps(objects([Command()]), protocol=3))
files["limits"] = text(pickle.dumps(objects([[-5, 2**31 - 1, -(2**31)]]), protocol=2))
files["long"] = text(pickle.dumps(objects([[2**40]]), protocol=2))
files["float"] = text(pickle.dumps(objects([[1.5]]), protocol=2))
files["list"] = text(pickle.dumps([[1]], protocol=3))
for name in ("int64", "int32", "int8", "uint8", "bool", "uint32"):
    files[f"npy {name}"] = saved(np.array([1, 0, 1], dtype=name))
files["npy large"] = saved(np.array([2**31]))
files["npy float"] = saved(np.array([1.0]))
files["npy matrix"] = saved(np.array([[1]]))
Path(__file__).with_name("numpy.json").write_text(json.dumps(files, indent=2) + "\n")
