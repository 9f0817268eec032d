"""Cases of reductions and running sums."""

import jax.numpy as jnp
import numpy as np
from keras import ops
from recorders.ops.case import NONE, Tensor, case, floats, ints

OVER = [
    ("sum", ops.sum),
    ("prod", ops.prod),
    ("max", ops.max),
    ("min", ops.min),
    ("mean", ops.mean),
    ("variance", ops.var),
    ("std", ops.std),
    ("ptp", jnp.ptp),
    ("logsumexp", ops.logsumexp),
]
WHOLE = ["sum", "prod", "max", "min", "mean"]
NAN = ["sum", "prod", "mean", "var", "std", "max", "min"]


def cases():
    x, n = floats(50, 2, 3, 5), ints(51, 9, 2, 3, start=-9)
    for name, run in OVER:
        yield case(name, [x], run)
        yield case(name, [x, 1], lambda x, run=run: run(x, axis=1))
        yield case(name, [x, [0, -1], True], lambda x, run=run: run(x, axis=(0, -1), keepdims=True))
    for name in WHOLE:
        yield case(name, [n, -1], lambda x, run=dict(OVER)[name]: run(x, axis=-1))
    yield case("prod", [Tensor(np.float32([[2, 0, 3], [0, 0, 5]])), 1], lambda x: ops.prod(x, 1))
    far = Tensor(np.float32([[1000, 999], [-np.inf, -np.inf], [-1000, -np.inf]]))
    yield case("logsumexp", [far, -1], lambda x: ops.logsumexp(x, -1), gradient=False)
    for name in ["max", "min"]:
        run = lambda x, run=dict(OVER)[name]: run(x, axis=1, initial=0.5)
        yield case(name, [x, 1, False, 0.5], run)
    yield case("moments", [x, [0, 1]], lambda x: ops.moments(x, (0, 1)))
    w = Tensor(np.float32([0.5, 1, 2]))
    yield case("average", [x, 1, w], lambda x, w: ops.average(x, 1, w))
    yield from truths()
    yield from places(x)
    yield from running(x, n)
    hole = Tensor(np.float32([[1, np.nan, 3], [4, 5, -6]]))
    for name in NAN:
        run = getattr(jnp, "nan" + name)
        yield case("nan" + name, [hole, 1], lambda x, run=run: run(x, axis=1), gradient=False)
        yield case("nan" + name, [hole], run, gradient=False)


def truths():
    some = Tensor(np.float32([[0, 1, 0], [0, 0, 0], [2, np.nan, 1]]))
    for name in ["all", "any"]:
        run = getattr(ops, name)
        yield case(name, [some], run, gradient=False)
        yield case(name, [some, 1, True], lambda x, run=run: run(x, 1, True), gradient=False)
    count = lambda x: ops.count_nonzero(x, 1)
    yield case("countNonzero", [some, 1], count, gradient=False)


def places(x):
    for name in ["argmax", "argmin"]:
        run = getattr(ops, name)
        yield case(name, [x], run)
        yield case(name, [x, 1], lambda x, run=run: run(x, 1))
        yield case(name, [x, -1, True], lambda x, run=run: run(x, -1, True))


def running(x, n):
    for name in ["cumsum", "cumprod"]:
        run = getattr(ops, name)
        yield case(name, [x, 1], lambda x, run=run: run(x, 1))
        yield case(name, [x, -1], lambda x, run=run: run(x, -1))
        yield case(name, [n], lambda x, run=run: run(x))
        yield case(name, [n, NONE], lambda x, run=run: run(x))
    yield case("cumprod", [Tensor(np.float32([2, 0, 3, 0, 5])), 0], lambda x: jnp.cumprod(x, 0))
    yield case("diff", [x], ops.diff)
    yield case("diff", [n, 2, 0], lambda x: ops.diff(x, 2, 0))
    yield case("trapezoid", [x, 0.5, 1], lambda x: ops.trapezoid(x, dx=0.5, axis=1))
