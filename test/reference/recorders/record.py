"""What every recorder shares: both precisions, float32-exact random data, names, and the JSON form.

It knows no layer, loss or optimizer.
"""

import json
import re
from unittest import mock

import jax
import keras
import numpy as np
from keras import tree
from keras.src.backend.common import dtypes

SOURCE = {
    "keras": keras.__version__,
    "backend": "jax",
    "jax": jax.__version__,
    "numpy": np.__version__,
}


def under(dtype, run):
    """Calls run(dtype) with dtype as Keras's float type, which every float it returns must have.

    On JAX, Keras narrows the result of float64 ops to float32 by a table; here it must not."""
    keras.config.set_floatx(dtype)
    keras.config.set_dtype_policy(dtype)
    with mock.patch.dict(dtypes.BIT64_TO_BIT32_DTYPE, float64=dtype):
        values = tree.map_structure(np.asarray, run(dtype))
    narrowed = {v.dtype.name for v in tree.flatten(values) if v.dtype.kind == "f"} - {dtype}
    assert not narrowed, f"asked for {dtype}, got {narrowed}"
    return values


def both(run):
    """The float64 result of run, and how far the same Keras code in float32 is from it."""
    wide, narrow = under("float64", run), under("float32", run)
    pairs = zip(tree.flatten(wide), tree.flatten(narrow))
    return wide, max([deviation(a, b) for a, b in pairs], default=0.0)


def deviation(wide, narrow):
    """max|wide - narrow| over max(1, max|wide|), to two digits."""
    if wide.size == 0:
        return 0.0
    scale = max(1.0, float(np.max(np.abs(wide))))
    return float(f"{np.max(np.abs(wide - narrow.astype(wide.dtype))) / scale:.1e}")


def random(rng, shape, scale=1.0, offset=0.0):
    """Normal values of four decimals, as float32: short to write, the same in both precisions."""
    return short(rng.normal(size=shape) * scale + offset)


def short(values):
    return np.round(np.asarray(values, "float64"), 4).astype("float32")


def camel(name):
    """`negative_slope` -> `negativeSlope`; `KLDivergence` -> `klDivergence`; `IoU` -> `iou`."""
    name = re.sub(r"_([a-z0-9])", lambda found: found.group(1).upper(), name)
    name = re.sub(r"^([A-Z]+(?=[A-Z][a-z]|$)|IoU$)", lambda found: found.group(1).lower(), name)
    return name[:1].lower() + name[1:]


def camel_config(config):
    """Keys in camelCase, and the value of `activation` too: it is a name."""
    named = {camel(key): value for key, value in config.items()}
    if isinstance(named.get("activation"), str):
        named["activation"] = camel(named["activation"])
    return named


def tensor(array):
    """{shape, data}: row-major. float32 in its shortest form, float64 to nine digits."""
    array = np.asarray(array)
    return {"shape": list(array.shape), "data": numbers(array)}


def numbers(array):
    return [number(value) for value in np.asarray(array).reshape(-1)]


def number(value):
    if isinstance(value, (bool, np.bool_)):
        return bool(value)
    if isinstance(value, (int, np.integer)):
        return int(value)
    exact = float(str(value)) if isinstance(value, np.float32) else float(f"{float(value):.9g}")
    return int(exact) if exact.is_integer() and abs(exact) < 1e9 else exact


def write_json(path, content):
    """One line for each entry of a list of cases, so that a change is a readable diff."""
    lines = [f'"source":{compact(SOURCE)}']
    for key, value in content.items():
        is_cases = isinstance(value, list) and value and isinstance(value[0], dict)
        body = "[\n" + ",\n".join(map(compact, value)) + "\n]" if is_cases else compact(value)
        lines.append(f"{compact(key)}:{body}")
    path.write_text("{\n" + ",\n".join(lines) + "\n}\n", encoding="utf-8")


def compact(value):
    return json.dumps(value, separators=(",", ":"), allow_nan=False, ensure_ascii=False)
