"""Writes the two safetensors files with Python's own writer, and records what is in them."""

import numpy as np
from safetensors import safe_open
from safetensors.numpy import save_file

from recorders.record import compact, numbers

FLOAT_TENSORS = {
    "dense/kernel": np.array([[1, -2.5, 3.25], [0, 1e-3, -1e30]], "float32"),
    "dense/bias": np.array([0.1, 0.2, 0.3], "float32"),
    "scalar": np.array(42, "float32"),
    "empty": np.zeros((0, 3), "float32"),
    "labels": np.array([3, -1, 2147483647, -2147483648], "int32"),
}
METADATA = {
    "format": "gradloom-test",
    "text": 'é "quoted" \\ 漢字 🙂',
    "json": '{"a":[1,2,{"b":null}]}',
}
ALL_DTYPES = {
    "f16": np.array([1, -0.5, 65504], "float16"),
    "f32": np.array([1.5, 2.5], "float32"),
    "f64": np.array([0.1, -1e300], "float64"),
    "i8": np.array([-128, 0, 127], "int8"),
    "i16": np.array([-32768, 32767], "int16"),
    "i32": np.array([-7, 7], "int32"),
    "i64": np.array([2**53 - 1, -(2**53 - 1)], "int64"),
    "u8": np.array([0, 1, 255], "uint8"),
    "u16": np.array([0, 65535], "uint16"),
    "u32": np.array([0, 4294967295], "uint32"),
    "bool": np.array([True, False, True], "bool"),
}


def record(here):
    files = {
        "python.safetensors": (FLOAT_TENSORS, METADATA),
        "dtypes.safetensors": (ALL_DTYPES, None),
    }
    return {"cases": [written(here / name, *content) for name, content in files.items()]}


def written(path, tensors, metadata):
    """Leaves a file with the right contents alone: the writer's order of metadata keys varies."""
    if not path.exists() or compact(read(path)) != compact(expected(path, tensors, metadata)):
        save_file(tensors, path, metadata)
    assert compact(read(path)) == compact(expected(path, tensors, metadata))
    return expected(path, tensors, metadata)


def expected(path, tensors, metadata):
    entries = {name: (array.dtype, array) for name, array in sorted(tensors.items())}
    return described(path, entries, metadata)


def read(path):
    with safe_open(path, framework="numpy") as file:
        entries = {
            name: (file.get_tensor(name).dtype, file.get_tensor(name))
            for name in sorted(file.keys())
        }
        return described(path, entries, file.metadata())


def described(path, entries, metadata):
    tensors = {
        name: {"dtype": dtype_name(dtype), "shape": list(array.shape), "data": numbers(array)}
        for name, (dtype, array) in entries.items()
    }
    return {
        "file": path.name,
        "metadata": dict(sorted((metadata or {}).items())),
        "tensors": tensors,
    }


def dtype_name(dtype):
    return "BOOL" if dtype == np.bool_ else f"{dtype.kind.upper()}{dtype.itemsize * 8}"
