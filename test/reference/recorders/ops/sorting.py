"""Cases of sorting and searching."""

import jax
import jax.numpy as jnp
import numpy as np
from keras import ops
from recorders.ops.case import Tensor, case, floats, ints


def cases():
    x, n = floats(60, 3, 7), ints(61, 5, 4, 9)
    holes = Tensor(np.float32([3, np.nan, -1, np.inf, 3, -np.inf, 0]))
    for axis in [0, -1]:
        yield case("sort", [x, axis], lambda x, axis=axis: ops.sort(x, axis))
        yield case("argsort", [n, axis], lambda x, axis=axis: jnp.argsort(x, axis, stable=True))
    yield case("sort", [n], ops.sort)
    yield case("sort", [holes], jnp.sort, gradient=False)
    falling = lambda x: jnp.argsort(x, -1, stable=True, descending=True)
    yield case("argsort", [n, -1, True], falling)
    yield case("topK", [x, 3], lambda x: ops.top_k(x, 3))
    yield case("topK", [n, 4], lambda x: ops.top_k(x, 4))
    labels, scores = Tensor([1, 0, 2]), Tensor(np.float32([[1, 3, 2], [2, 2, 5], [4, 4, 4]]))
    for k in [1, 2]:
        yield case("inTopK", [labels, scores, k], lambda t, p, k=k: ops.in_top_k(t, p, k), False)
    for q in [0.0, 0.25, 0.9, 1.0]:
        yield case("quantile", [x, q, 1], lambda x, q=q: jnp.quantile(x, q, axis=1))
    yield case("percentile", [x, 30, 0, True], lambda x: jnp.percentile(x, 30, 0, keepdims=True))
    yield case("median", [x], ops.median)
    yield case("median", [holes], jnp.median, gradient=False)
    bins = Tensor(np.float32([-1, 0, 0, 2]))
    for side in ["left", "right"]:
        find = lambda b, x, side=side: ops.searchsorted(b, x, side)
        yield case("searchsorted", [bins, Tensor(np.float32([[-2, 0, 1], [2, 3, -1]])), side], find)
    yield case("digitize", [x, Tensor(np.float32([-1, 0, 1]))], ops.digitize)
    counted = Tensor([0, 3, 3, 1, 3])
    yield case("bincount", [counted, 5], lambda x: ops.bincount(x, minlength=5))
    weigh = lambda x, w: jnp.bincount(x, w, length=5)
    yield case("bincount", [counted, 5, floats(62, 5)], weigh)
    yield case("isIn", [n, Tensor([1, 4])], lambda x, v: ops.isin(x, v))
    yield from segments()
    parts = lambda x, s: ops.segment_sum(x, s, 4)
    yield case("segmentSum", [n, Tensor([3, 0, 3, 1]), 4], parts)
    yield case("segmentSum", [x, Tensor([2, 0, 2]), 4], parts)


def segments():
    x, ids = floats(63, 7, 3), Tensor([2, 0, 2, 4, 0, 2, 9])
    ties = Tensor(np.float32([3, 1, 3, 2, 3, 2]))
    n = ints(64, 5, 6, start=-4)
    for name, run in (("segmentMax", ops.segment_max), ("segmentMin", ops.segment_min)):
        call = lambda x, s, run=run: run(x, s, 5)
        yield case(name, [x, ids, 5], call)
        yield case(name, [ties, Tensor([0, 0, 0, 1, 0, 1]), 2], lambda x, s, run=run: run(x, s, 2))
        yield case(name, [n, Tensor([0, 1, 0, 1, 3, 0]), 4], lambda x, s, run=run: run(x, s, 4))
    product = lambda x, s: jax.ops.segment_prod(x, s, 5)
    yield case("segmentProd", [x, ids, 5], product, gradient=False)
    whole = lambda x, s: jnp.stack([jnp.prod(x[jnp.array([1, 3])]), jnp.prod(x[jnp.array([0, 2, 4])])])
    holes = Tensor(np.float32([2, 0, -1, 3, 0.5]))
    yield case("segmentProd", [holes, Tensor([1, 0, 1, 0, 1]), 2], whole)
    yield case("segmentProd", [n, Tensor([0, 1, 0, 1, 3, 0]), 4], lambda x, s: jax.ops.segment_prod(x, s, 4))
