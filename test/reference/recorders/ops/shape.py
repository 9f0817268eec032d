"""Cases of the ops that move elements and of those that make tensors."""

import jax.numpy as jnp
from keras import ops
from recorders.ops.case import GRAPH, NONE, case, floats, ints


def cases():
    yield from moving()
    yield from joining()
    yield from repeating()
    yield from making()


def moving():
    x, n = floats(1, 2, 3, 4), ints(1, 50, 3, 4)
    yield case("reshape", [x, [4, -1]], lambda x: ops.reshape(x, (4, -1)))
    yield case("ravel", [x], ops.ravel)
    yield case("transpose", [x], ops.transpose)
    yield case("transpose", [x, [-1, 0, 1]], lambda x: ops.transpose(x, (2, 0, 1)))
    yield case("moveaxis", [x, 0, -1], lambda x: ops.moveaxis(x, 0, -1))
    yield case("moveaxis", [x, [2, 0], [0, 1]], lambda x: ops.moveaxis(x, (2, 0), (0, 1)))
    yield case("swapaxes", [x, 0, -1], lambda x: ops.swapaxes(x, 0, -1))
    yield case("expandDims", [x, -1], lambda x: ops.expand_dims(x, -1))
    yield case("expandDims", [x, [0, 2]], lambda x: ops.expand_dims(x, (0, 2)))
    thin = floats(2, 1, 3, 1)
    yield case("squeeze", [thin], ops.squeeze)
    yield case("squeeze", [thin, -1], lambda x: ops.squeeze(x, -1))
    yield case("slice", [x, [1, 0, 2], [1, 2, 2]], lambda x: ops.slice(x, (1, 0, 2), (1, 2, 2)))
    yield case("slice", [x, [0, -2], [-1, 2]], lambda x: x[:, -2:])
    yield case("slice", [x, [1, 2, 0], [-1, 2, -1], [-1, -2, 3]], lambda x: x[1::-1, 2::-2, ::3])
    yield case("slice", [n, [1], [2]], lambda x: x[1:3])
    yield case("flip", [x], ops.flip)
    yield case("flip", [x, [0, -1]], lambda x: jnp.flip(x, (0, -1)))
    yield case("roll", [x, 5], lambda x: ops.roll(x, 5))
    yield case("roll", [x, -3, 2], lambda x: ops.roll(x, -3, 2))
    yield case("rot90", [floats(3, 2, 3, 2), 3], lambda x: jnp.rot90(x, 3))
    yield case("broadcastTo", [thin, [2, 3, 4]], lambda x: ops.broadcast_to(x, (2, 3, 4)))


def joining():
    a, b, n = floats(4, 2, 3), floats(5, 2, 1), ints(6, 9, 2, 3)
    yield case("concatenate", [[a, b]], lambda *x: ops.concatenate(x, -1))
    yield case("concatenate", [[n, n], 0], lambda *x: ops.concatenate(x, 0))
    yield case("concatenate", [[a, n], 0], lambda *x: ops.concatenate(x, 0))
    many = [floats(i, 2) for i in range(70)]
    yield case("concatenate", [many, 0], lambda *x: ops.concatenate(x, 0))
    yield case("stack", [[a, a], 1], lambda *x: ops.stack(x, 1))
    yield case("stack", [[a, a], -1], lambda *x: ops.stack(x, -1))
    yield case("unstack", [a, 1], lambda x: ops.unstack(x, axis=1))
    yield case("split", [floats(7, 6, 2), 3], lambda x: ops.split(x, 3))
    yield case("split", [floats(7, 6, 2), [1, 4]], lambda x: ops.split(x, [1, 4]))
    constant = [(1, 0), (2, 3)]
    yield case("pad", [a, constant], lambda x: ops.pad(x, constant))
    yield case("pad", [a, 1, "constant", 2.5], lambda x: ops.pad(x, 1, constant_values=2.5))
    yield case("pad", [n, [1, 2], "constant", 7], lambda x: jnp.pad(x, (1, 2), constant_values=7))
    for mode in ["reflect", "symmetric", "edge", "wrap"]:
        pads = [(1, 1), (2, 1)]
        yield case("pad", [a, pads, mode], lambda x, mode=mode: jnp.pad(x, pads, mode))


def repeating():
    x = floats(8, 2, 3)
    yield case("tile", [x, 2], lambda x: ops.tile(x, 2))
    yield case("tile", [x, [3, 1, 2]], lambda x: ops.tile(x, (3, 1, 2)))
    yield case("repeat", [x, 2], lambda x: ops.repeat(x, 2))
    yield case("repeat", [x, 3, 0], lambda x: ops.repeat(x, 3, 0))
    yield case("repeat", [x, 2, -1], lambda x: ops.repeat(x, 2, -1))
    grid = [floats(9, 2), floats(10, 3), floats(11, 4)]
    yield case("meshgrid", [grid], lambda *x: ops.meshgrid(*x))
    yield case("meshgrid", [grid, "ij"], lambda *x: ops.meshgrid(*x, indexing="ij"))


def making():
    x, v = floats(12, 3, 4), floats(13, 3)
    yield case("full", [GRAPH, [2, 2], 3, "int32"], lambda: ops.full((2, 2), 3, "int32"))
    yield case("zeros", [GRAPH, [2]], lambda: ops.zeros((2,)))
    yield case("onesLike", [ints(1, 3, 2)], ops.ones_like)
    yield case("arange", [GRAPH, 4], lambda: ops.arange(4))
    yield case("arange", [GRAPH, 5, -2, -3], lambda: ops.arange(5, -2, -3))
    yield case("arange", [GRAPH, 0, 1, 0.25], lambda: ops.arange(0, 1, 0.25))
    yield case("linspace", [GRAPH, 1, 3, 5], lambda: ops.linspace(1.0, 3.0, 5))
    yield case("linspace", [GRAPH, 1, 3, 4, False], lambda: jnp.linspace(1.0, 3.0, 4, False))
    yield case("logspace", [GRAPH, 0, 2, 5], lambda: ops.logspace(0.0, 2.0, 5))
    yield case("eye", [GRAPH, 3, 4, 1], lambda: ops.eye(3, 4, 1))
    yield case("tri", [GRAPH, 3, 4, -1], lambda: ops.tri(3, 4, -1))
    yield case("tril", [x, 1], lambda x: ops.tril(x, 1))
    yield case("triu", [floats(14, 2, 3, 3)], ops.triu)
    yield case("diag", [v], ops.diag)
    yield case("diag", [v, -2], lambda x: ops.diag(x, -2))
    yield case("diag", [v, 1], lambda x: ops.diag(x, 1))
    yield case("diag", [x, 1], lambda x: ops.diag(x, 1))
    yield case("diagonal", [x, -1], lambda x: ops.diagonal(x, -1))
    yield case("diagonal", [floats(15, 3, 2, 4), 0, -1, 0], lambda x: ops.diagonal(x, 0, -1, 0))
    hot = ints(16, 4, 3)
    yield case("oneHot", [hot, 4], lambda x: ops.one_hot(x, 4))
    yield case("oneHot", [hot, 4, 0, "int32"], lambda x: ops.one_hot(x, 4, 0, "int32"))
    yield case("multiHot", [ints(17, 5, 2, 3), 5], lambda x: ops.multi_hot(x, 5))
    yield case("ravel", [floats(18)], ops.ravel)
    yield case("take", [x, ints(19, 12, 2), NONE], lambda x, i: ops.take(x, i))
