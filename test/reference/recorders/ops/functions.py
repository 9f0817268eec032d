"""Cases of the elementwise functions of one tensor."""

import jax.numpy as jnp
import numpy as np
from keras import ops
from recorders.ops.case import Tensor, case, ints

ALL = [-20.0, -3.0, -1.5, -1.0, -0.5, -0.1, -1e-3, -1e-6, 1e-6, 1e-3, 0.1, 0.5, 1.0, 1.5, 3.0, 20.0]
FAR = [-1e20, -1e10, 1e10, 1e20]
POSITIVE = [1e-30, 1e-6, 0.1, 0.5, 1.0, 1.5, 3.0, 20.0, 1e10]
INSIDE = [-0.999, -0.9, -0.5, -0.1, -1e-6, 0.0, 1e-6, 0.1, 0.5, 0.9, 0.999]
UNARY = [
    ("exp", ops.exp, ALL),
    ("expm1", ops.expm1, ALL + [0.0]),
    ("exp2", ops.exp2, ALL),
    ("log", ops.log, POSITIVE),
    ("log1p", ops.log1p, POSITIVE),
    ("log2", ops.log2, POSITIVE),
    ("log10", ops.log10, POSITIVE),
    ("sqrt", ops.sqrt, POSITIVE),
    ("rsqrt", ops.rsqrt, POSITIVE[1:]),
    ("cbrt", jnp.cbrt, [-8.0, -0.1, 0.1, 27.0]),
    ("reciprocal", ops.reciprocal, ALL),
    ("sin", ops.sin, ALL),
    ("cos", ops.cos, ALL),
    ("tan", ops.tan, [-1.5, -0.5, 1e-6, 0.5, 1.2, 4.0]),
    ("arcsin", ops.arcsin, INSIDE),
    ("arccos", ops.arccos, INSIDE),
    ("arctan", ops.arctan, ALL + FAR + [0.0]),
    ("sinh", ops.sinh, ALL + [0.0]),
    ("cosh", ops.cosh, ALL + [0.0]),
    ("tanh", ops.tanh, ALL),
    ("arcsinh", ops.arcsinh, ALL + FAR + [0.0]),
    ("arccosh", ops.arccosh, [1.001, 1.5, 3.0, 1e10, 1e20]),
    ("arctanh", ops.arctanh, INSIDE),
    ("deg2rad", ops.deg2rad, ALL),
    ("rad2deg", ops.rad2deg, ALL),
    ("sinc", ops.sinc, [-1.5, -0.5, 0.25, 0.75, 2.5]),
    ("sigmoid", ops.sigmoid, ALL),
    ("erf", ops.erf, ALL + [0.0]),
    ("erfc", ops.erfc, [-3.0, -0.5, 0.0, 0.5, 1.0]),
    ("erfinv", ops.erfinv, INSIDE),
    ("floor", ops.floor, ALL),
    ("ceil", ops.ceil, ALL),
    ("trunc", ops.trunc, ALL),
    ("round", ops.round, ALL + [2.5, 3.5, -2.5, 0.49999997, 8388609.0, 4194304.5]),
    ("stopGradient", ops.stop_gradient, ALL),
]
ODD = [np.nan, np.inf, -np.inf, 0.0, -2.0, 3.0]


def cases():
    for name, run, x in UNARY:
        yield from each(name, run, x)
    yield case("round", [Tensor(np.float32([1.234, -5.678])), 1], lambda x: ops.round(x, 1))
    y, x = Tensor(np.float32([1, -1, 2, -0.5, 0.0])), Tensor(np.float32([2, -1, -0.5, 3.0, 1.0]))
    yield case("arctan2", [y, x], ops.arctan2)
    for name in ["isNan", "isInf", "isFinite", "nanToNum"]:
        run = finite if name == "nanToNum" else getattr(ops, name.lower())
        yield case(name, [Tensor(np.float32(ODD))], run, gradient=False)
    yield case("heaviside", [Tensor(np.float32([-1, 0, 2])), 0.5], lambda x: ops.heaviside(x, 0.5))
    for name, run in [("sqrt", jnp.sqrt), ("floor", jnp.asarray), ("exp", jnp.exp)]:
        yield case(name, [ints(40, 9, 4)], lambda x, run=run: run(x))


def finite(x):
    most = float(np.finfo("float32").max)
    return ops.nan_to_num(x, posinf=most, neginf=-most)


def each(name, run, values):
    """One case for each order of magnitude of the results, so that small ones are compared too."""
    x = np.float32(values)
    size = np.log10(np.maximum(np.abs(np.asarray(run(jnp.asarray(x)), "float64")), 1e-12))
    for scale in sorted(set(np.floor(size / 3))):
        yield case(name, [Tensor(x[np.floor(size / 3) == scale])], run)
