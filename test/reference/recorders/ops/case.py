"""One call of an op: its arguments as JSON, its results, and the gradients of its f32 tensors."""

import jax
import numpy as np
from recorders.record import number, random, under

GRAPH = {"graph": True}
NONE = {"none": True}


class Tensor:
    """An argument that is a tensor; float32 or int32."""

    def __init__(self, values):
        self.values = np.asarray(values)
        if self.values.dtype.kind == "f":
            self.values = self.values.astype("float32")
        else:
            self.values = self.values.astype("int32")

    @property
    def is_float(self):
        return self.values.dtype.kind == "f"


def floats(seed, *shape, scale=1.0, offset=0.0):
    return Tensor(random(np.random.default_rng(seed), shape, scale, offset))


def ints(seed, below, *shape, start=0):
    return Tensor(np.random.default_rng(seed).integers(start, below, shape))


def case(name, args, run, gradient=True, **more):
    """run gets the tensors of args, in order; its results are one array or several."""
    tensors = []
    written = encode(args, tensors)
    values = [t.values for t in tensors]

    def of(dtype):
        given = [jax.numpy.asarray(v, dtype if v.dtype.kind == "f" else "int32") for v in values]
        out = outputs(run(*given))
        grads = gradients(run, given) if gradient else []
        return {"out": out, "grads": grads}

    wide = under("float64", of)
    return {
        "op": name,
        "args": written,
        "tensors": [described(v) for v in values],
        "out": [described(v) for v in wide["out"]],
        "grads": [numbers(g) for g in wide["grads"]],
        **more,
    }


def outputs(result):
    several = isinstance(result, (list, tuple))
    made = [jax.numpy.asarray(r) for r in (result if several else [result])]
    wide = lambda r: r.astype("int32" if r.dtype.kind in "iu" else "float64")
    return [wide(r) for r in made]


def weights(size):
    """The output is weighed with these and summed: cos 0, cos 1, …"""
    return np.cos(np.arange(size))


def gradients(run, given):
    """Of each float tensor, in order; none where no output is a float."""
    at = [i for i, v in enumerate(given) if v.dtype.kind == "f"]

    def loss(*chosen):
        full = list(given)
        for i, v in zip(at, chosen):
            full[i] = v
        result = run(*full)
        made = result if isinstance(result, (list, tuple)) else [result]
        made = [r for r in map(jax.numpy.asarray, made) if r.dtype.kind == "f"]
        return sum((r.reshape(-1) * weights(r.size)).sum() for r in made)

    chosen = [given[i] for i in at]
    if not at or not any(o.dtype.kind == "f" for o in outputs(run(*given))):
        return []
    return list(jax.grad(loss, argnums=tuple(range(len(at))))(*chosen))


def encode(value, tensors):
    if isinstance(value, Tensor):
        tensors.append(value)
        return {"tensor": len(tensors) - 1}
    if isinstance(value, (list, tuple)):
        return [encode(v, tensors) for v in value]
    if isinstance(value, dict):
        return {name: encode(v, tensors) for name, v in value.items()}
    return value


def described(values):
    values = np.asarray(values)
    made = {"shape": list(values.shape), "data": numbers(values)}
    if values.dtype.kind in "iu":
        made["dtype"] = "int32"
    return made


def numbers(values):
    return [spelled(v) for v in np.asarray(values).reshape(-1)]


def spelled(value):
    """What JSON has no number for is a string that JavaScript's `Number` reads."""
    if value.dtype.kind == "f" and not np.isfinite(value):
        return "NaN" if np.isnan(value) else "Infinity" if value > 0 else "-Infinity"
    return number(value)
