"""Opens a file with Python's safetensors and prints, as JSON, its metadata and what each tensor is.

`python check_safetensors.py FILE` -> {"metadata": {...}, "tensors": {name: {dtype, shape, sum}}}.
Needs numpy and safetensors. Exit 1 with one line on stderr if the file cannot be opened.
"""

import json
import sys

import numpy as np
from safetensors import SafetensorError, safe_open


def described(path):
    with safe_open(path, framework="numpy") as file:
        tensors = {name: tensor(file, name) for name in sorted(file.keys())}
        return {"metadata": file.metadata() or {}, "tensors": tensors}


def tensor(file, name):
    """The sum is taken in float64; null where it is not finite, since JSON has no such number."""
    entry = file.get_slice(name)
    total = float(np.sum(file.get_tensor(name).astype("float64")))
    shape = list(entry.get_shape())
    return {
        "dtype": entry.get_dtype(),
        "shape": shape,
        "sum": total if np.isfinite(total) else None,
    }


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit("usage: python check_safetensors.py FILE")
    try:
        print(json.dumps(described(sys.argv[1])))
    except (OSError, SafetensorError) as error:
        sys.exit(f"{sys.argv[1]}: {error}")
