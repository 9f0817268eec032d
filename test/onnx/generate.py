"""Records the ONNX backend's node test cases that a library of tensors can be asked for.

Not the tests themselves: `onnx.test.ts` runs what this writes. Run by hand, with the version of
onnx in requirements.txt: `python generate.py` writes cases.json.gz beside itself.
"""

import base64
import gzip
import json
import warnings
from collections import Counter
from pathlib import Path

import numpy as np
from onnx import AttributeProto, TensorProto, numpy_helper
from onnx import __version__ as version
from onnx.backend.test.case.node import collect_testcases

DTYPES = {
    TensorProto.FLOAT: "float32",
    TensorProto.INT32: "int32",
    TensorProto.INT64: "int64",
    TensorProto.BOOL: "bool",
    TensorProto.UINT8: "uint8",
}

# Operators that are no function of tensors to tensors: why their cases are not counted.
NOT_NUMERIC = {
    **dict.fromkeys(["If", "Loop", "Scan", "SequenceMap"], "control flow over a graph of its own"),
    **dict.fromkeys(["Bernoulli"], "random numbers of NumPy's generator"),
    **dict.fromkeys(["ImageDecoder", "TfIdfVectorizer"], "files or text"),
}

LARGEST = 50_000  # numbers of a case; the few above would be half of the file


def value_of(attribute):
    kind = AttributeProto.AttributeType.Name(attribute.type)
    if kind == "STRING":
        return attribute.s.decode()
    if kind == "TENSOR":
        array = numpy_helper.to_array(attribute.t)
        dtype = DTYPES.get(attribute.t.data_type)
        return {"data": array.ravel().tolist(), "dtype": dtype, "shape": list(array.shape)}
    names = {"INT": "i", "FLOAT": "f", "INTS": "ints", "FLOATS": "floats"}
    found = getattr(attribute, names[kind])
    return list(found) if kind in ("INTS", "FLOATS") else found


def is_in_scope(case):
    """One node of the main domain whose tensors all have the dtypes above."""
    graph = case.model.graph
    if len(graph.node) != 1 or graph.node[0].domain or graph.initializer:
        return False
    kinds = {
        v.type.tensor_type.elem_type if v.type.HasField("tensor_type") else None
        for v in [*graph.input, *graph.output]
    }
    return kinds <= set(DTYPES)


def is_random(node):
    """A dropout that drops: no other library draws the numbers of NumPy's generator."""
    return node.op_type == "Dropout" and len(node.input) > 2 and node.input[2] != ""


class Pool:
    """Numbers of all cases as one list. ONNX seeds every case alike, so many share a beginning."""

    def __init__(self, dtype):
        self.dtype = np.dtype(dtype)
        self.bytes = bytearray()
        self.starts = {}

    def place(self, array):
        raw = np.ascontiguousarray(array).astype(self.dtype).tobytes()
        known = self.starts.setdefault(raw[:8], [])
        for at in known:
            if self.bytes[at : at + len(raw)] == raw:
                return at // 4
        known.append(len(self.bytes))
        self.bytes += raw
        return known[-1] // 4

    def text(self):
        return base64.b64encode(self.bytes).decode()


def size_of(case):
    return sum(np.size(a) for pair in case.data_sets for arrays in pair for a in arrays)


def recorded(case, pools):
    """Largest first, so that the short beginnings of long lists are found."""
    node = case.model.graph.node[0]

    def tensor(array):
        array = np.asarray(array)
        dtype = str(array.dtype)
        pool = pools["float32" if dtype == "float32" else "int32"]
        if pool.dtype == np.int32:
            assert np.array_equal(array.astype(np.int32), array), case.name
        return {"dtype": dtype, "shape": list(array.shape), "at": pool.place(array)}

    def named(names, values, arrays):
        known = dict(zip([v.name for v in values], arrays, strict=True))
        return [tensor(known[name]) if name in known else None for name in names]

    ((inputs, outputs),) = case.data_sets
    graph = case.model.graph
    return {
        "name": case.name.removeprefix("test_"),
        "op": node.op_type,
        "opset": case.model.opset_import[0].version,
        "attributes": {a.name: value_of(a) for a in node.attribute},
        "inputs": named(node.input, graph.input, inputs),
        "outputs": named(node.output, graph.output, outputs),
        "rtol": case.rtol,
        "atol": case.atol,
    }


def main():
    warnings.filterwarnings("ignore")
    cases = {case.name: case for case in collect_testcases(None)}.values()
    single = [case for case in cases if is_in_scope(case)]
    left_out = Counter()

    def is_counted(case):
        node = case.model.graph.node[0]
        reason = NOT_NUMERIC.get(node.op_type) or (is_random(node) and NOT_NUMERIC["Bernoulli"])
        if not reason and size_of(case) > LARGEST:
            reason = f"more than {LARGEST} numbers"
        if reason:
            left_out[reason] += 1
        return not reason

    counted = sorted(filter(is_counted, single), key=lambda case: (-size_of(case), case.name))
    pools = {"float32": Pool("<f4"), "int32": Pool("<i4")}
    rows = sorted((recorded(case, pools) for case in counted), key=lambda r: (r["op"], r["name"]))
    document = {
        "source": {"onnx": version, "numpy": np.__version__},
        "leftOut": dict(sorted(left_out.items())),
        "pools": {name: pool.text() for name, pool in pools.items()},
        "cases": rows,
    }
    text = json.dumps(document, separators=(",", ":"), ensure_ascii=False)
    path = Path(__file__).parent / "cases.json.gz"
    path.write_bytes(gzip.compress(text.encode(), 9, mtime=0))
    print(f"{len(rows)} cases, {path.stat().st_size} bytes, left out: {dict(left_out)}")


main()
