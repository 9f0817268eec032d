"""Cases of products of tensors, and of norms."""

import jax.numpy as jnp
from keras import ops
from recorders.ops.case import case, floats, ints


def cases():
    yield from multiplying()
    yield from summing()
    yield from norms()


def multiplying():
    shapes = [
        ([3], [3]),
        ([3], [3, 2]),
        ([2, 3], [3]),
        ([2, 3], [3, 4]),
        ([5, 2, 3], [3, 4]),
        ([2, 3], [5, 3, 4]),
        ([5, 1, 2, 3], [4, 3, 2]),
        ([1, 2, 3], [4, 3, 2]),
        ([3], [4, 3, 2]),
    ]
    for i, (a, b) in enumerate(shapes):
        yield case("matmul", [floats(70 + i, *a), floats(80 + i, *b)], ops.matmul)
    a, b = floats(1, 2, 3, 4), floats(2, 4, 3, 2)
    yield case("tensordot", [a, b, 1], lambda a, b: ops.tensordot(a, b, 1))
    yield case(
        "tensordot", [a, b, [[2, 1], [0, 1]]], lambda a, b: ops.tensordot(a, b, ((2, 1), (0, 1)))
    )
    yield case("tensordot", [a, b, 0], lambda a, b: ops.tensordot(a, b, 0))
    yield case("dot", [floats(3, 3), floats(4, 3)], ops.dot)
    yield case("dot", [floats(3, 2, 3), floats(4, 5, 3, 2)], ops.dot)
    yield case("dot", [floats(3), floats(4, 3)], ops.dot)
    yield case("inner", [floats(3, 2, 3), floats(4, 4, 3)], ops.inner)
    yield case("outer", [floats(3, 2, 2), floats(4, 3)], ops.outer)
    yield case("vdot", [floats(3, 2, 3), floats(4, 2, 3)], ops.vdot)
    yield case("trace", [floats(5, 3, 4), 1], lambda x: ops.trace(x, 1))
    yield case("cross", [floats(6, 4, 3), floats(7, 3)], ops.cross)
    yield case("kron", [floats(8, 2, 3), floats(9, 2, 2)], ops.kron)
    yield case("kron", [floats(8, 2), floats(9, 2, 2)], ops.kron)
    yield case("matmul", [ints(8, 5, 2, 3), floats(9, 3, 2)], lambda a, b: (a * 1.0) @ b)


EQUATIONS = [
    ("ij,jk->ik", [2, 3], [3, 4]),
    ("ij,jk", [2, 3], [3, 4]),
    ("ji,kj->ki", [3, 2], [4, 3]),
    ("bij,bjk->bik", [5, 2, 3], [5, 3, 4]),
    ("btnh,bsnh->bnts", [2, 3, 4, 5], [2, 6, 4, 5]),
    ("bnts,bsnh->btnh", [2, 4, 3, 6], [2, 6, 4, 5]),
    ("abc,cde->abde", [2, 3, 4], [4, 2, 3]),
    ("i,j->ij", [2], [3]),
    ("i,i->i", [3], [3]),
    ("i,i->", [3], [3]),
    ("...ij,jk->...ik", [2, 5, 2, 3], [3, 4]),
    ("...ij,...jk->...ik", [5, 2, 3], [2, 1, 3, 4]),
    ("ijk,k", [2, 3, 4], [4]),
    ("ij,k->k", [2, 3], [4]),
    ("ij,ik,il->jkl", [2, 3], [2, 4], [2, 5]),
    ("ij,jk,kl->il", [2, 3], [3, 4], [4, 2]),
    ("ii->i", [3, 3]),
    ("ii", [3, 3]),
    ("iij->j", [3, 3, 2]),
    ("ijk->kj", [2, 3, 4]),
    ("ba", [2, 3]),
    ("...->...", [2, 3]),
    ("i...->...", [2, 3, 4]),
    ("ab,b->ab", [2, 3], [3]),
    ("BT,TS->BS", [2, 3], [3, 4]),
]


def summing():
    for equation, *shapes in EQUATIONS:
        tensors = [floats(90 + i, *shape) for i, shape in enumerate(shapes)]
        run = lambda *x, equation=equation: jnp.einsum(equation, *x)
        yield case("einsum", [equation, *tensors], run)


def norms():
    x = floats(10, 3, 4)
    yield case("norm", [x], lambda x: ops.norm(x))
    for order in [1, 2, 3, 0.5]:
        yield case("norm", [x, order, 1], lambda x, o=order: ops.norm(x, ord=o, axis=1))
    yield case("norm", [x, 2, -1, True], lambda x: ops.norm(x, axis=-1, keepdims=True))
    yield case("normalize", [x], lambda x: ops.normalize(x, axis=-1))
    yield case("normalize", [x, 0, 1], lambda x: ops.normalize(x, axis=0, order=1))
