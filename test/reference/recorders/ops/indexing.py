"""Cases of reading and writing by index."""

import jax.numpy as jnp
from keras import ops
from recorders.ops.case import Tensor, case, floats, ints


def cases():
    yield from reading()
    yield from keys()
    yield from writing()


def reading():
    x, n = floats(20, 3, 4, 2), ints(20, 90, 3, 4)
    places = Tensor([[1, -1], [0, 2]])
    for axis in [0, 1, -1]:
        at = places if axis == 1 else Tensor([0, 1, -1])
        yield case("take", [x, at, axis], lambda x, i, axis=axis: ops.take(x, i, axis))
    yield case("take", [x, Tensor(2), 1], lambda x, i: ops.take(x, i, 1))
    yield case("take", [n, Tensor([3, 0]), 1], lambda x, i: ops.take(x, i, 1))
    outside = Tensor([0, 4, -5, 3])
    fill = lambda x, i: jnp.take(x, i, 1, mode="fill")
    yield case("take", [x, outside, 1], fill, gradient=False)
    yield case(
        "take", [x, Tensor([1, 3, -4]), 0], lambda x, i: jnp.take(x, i, 0, mode="fill"), False
    )
    along = ints(21, 4, 3, 5, 2, start=-4)
    get = lambda x, i, axis=1: ops.take_along_axis(x, i, axis)
    yield case("takeAlongAxis", [x, along, 1], get)
    yield case("takeAlongAxis", [x, ints(22, 2, 1, 4, 3)], lambda x, i: get(x, i, -1))
    yield case("takeAlongAxis", [n, ints(23, 4, 3, 2)], lambda x, i: get(x, i, -1))
    pairs = Tensor([[[0, 1], [2, 3]], [[-1, 0], [1, -2]]])
    yield case("gatherNd", [x, pairs], lambda x, i: x[i[..., 0], i[..., 1]])


def keys():
    x = floats(24, 3, 4, 2, 3)
    rows, cols = Tensor([[0], [2]]), Tensor([1, 3, -1])
    whole = [None]
    yield case("getItem", [x, [1]], lambda x: x[1])
    yield case("getItem", [x, [-1, [1, 3], "...", 0]], lambda x: x[-1, 1:3, ..., 0])
    yield case("getItem", [x, [[None, None, -2], None, [-3, -1]]], lambda x: x[::-2, None, -3:-1])
    yield case("getItem", [x, [[5, None], [3, 0, -2]]], lambda x: x[5:, 3:0:-2])
    yield case("getItem", [x, ["...", None]], lambda x: x[..., None])
    yield case("getItem", [x, [rows]], lambda x, r: x[r])
    yield case("getItem", [x, [whole, cols]], lambda x, c: x[:, c])
    yield case("getItem", [x, [rows, cols]], lambda x, r, c: x[r, c])
    yield case("getItem", [x, [whole, cols, 1]], lambda x, c: x[:, c, 1])
    yield case("getItem", [x, [rows, whole, 1]], lambda x, r: x[r, :, 1])
    yield case("getItem", [x, [None, [0, 2], cols]], lambda x, c: x[None, 0:2, c])


def writing():
    x, values = floats(25, 4, 3), floats(26, 5)
    pairs = Tensor([[0, 1], [3, 2], [0, 1], [1, 0], [2, 2]])
    scatter = lambda i, v: ops.scatter(i, v, (4, 3))
    yield case("scatter", [pairs, values, [4, 3]], scatter)
    rows = Tensor([[2], [0], [2]])
    yield case("scatter", [rows, floats(27, 3, 3), [4, 3]], scatter)
    add = lambda x, i, v: x.at[i[:, 0], i[:, 1]].add(v)
    yield case("scatterAdd", [x, pairs, values], add)
    yield case("scatterAdd", [x, Tensor([[9, 0], [0, -1]]), floats(28, 2)], add)
    update = lambda x, i, v: ops.scatter_update(x, i, v)
    yield case("scatterUpdate", [x, Tensor([[0, 1], [3, 2], [2, 2]]), floats(28, 3)], update)
    yield case("scatterUpdate", [x, Tensor([[2], [-1]]), floats(28, 2, 3)], update)
    yield case("scatterUpdate", [ints(29, 9, 5), Tensor([[1], [1]]), Tensor([7, 8])], update)
    yield from reductions()
    box = lambda x, v: ops.slice_update(x, (1, 1), v)
    yield case("sliceUpdate", [x, [1, 1], floats(29, 2, 2)], box)


def reductions():
    x, flat = floats(30, 4, 3), floats(31, 6)
    pairs = Tensor([[0, 1], [3, 2], [0, 1], [1, 0], [2, 2], [0, 1]])
    for kind in ("add", "max", "min", "mul"):
        run = lambda x, i, v, kind=kind: ops.scatter_update(x, i, v, reduction=kind)
        repeats = kind != "mul"
        yield case("scatterUpdate", [x, pairs, flat, kind], run, gradient=repeats)
        once = Tensor([[1], [3]])
        yield case("scatterUpdate", [x, once, floats(32, 2, 3), kind], run, gradient=repeats)
        yield case("scatterUpdate", [ints(33, 9, 5), Tensor([[1], [1], [4]]), Tensor([7, 2, 3]), kind], run)
