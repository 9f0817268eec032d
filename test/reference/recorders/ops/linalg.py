"""Cases of linear algebra. The matrices are well conditioned: f32 is compared with f64."""

import numpy as np
from keras import ops
from recorders.ops.case import Tensor, case, floats

NEAR = {"tolerance": 1e-4}


def square(seed, *shape):
    values = np.random.default_rng(seed).normal(size=shape)
    return Tensor(np.round(values + 2 * np.eye(shape[-1]), 3).astype("float32"))


def definite(seed, *shape):
    a = square(seed, *shape).values.astype("float64")
    return Tensor(np.round(a @ np.swapaxes(a, -1, -2) + np.eye(shape[-1]), 2).astype("float32"))


def cases():
    a, s = square(1, 4, 4), definite(2, 2, 3, 3)
    yield case("cholesky", [s], ops.cholesky, **NEAR)
    yield case("cholesky", [s, True], lambda x: ops.cholesky(x, upper=True), **NEAR)
    lower = lambda x: ops.cholesky_inverse(ops.tril(x))
    yield case("choleskyInverse", [Tensor(np.tril(a.values))], lower, **NEAR)
    for shape in [(4, 4), (5, 3), (2, 4, 2), (3, 3), (1, 1)]:
        yield case(
            "qr",
            [square(3, *shape[:-1], shape[-1]) if shape[-1] == shape[-2] else floats(4, *shape)],
            ops.qr,
            **NEAR,
        )
    yield case("qr", [floats(5, 2, 4)], ops.qr, gradient=False, **NEAR)
    yield case("solve", [a, floats(6, 4)], ops.solve, **NEAR)
    yield case("solve", [square(7, 2, 3, 3), floats(8, 2, 3, 2)], ops.solve, **NEAR)
    right = floats(9, 4, 2)
    up = lambda a, b: ops.solve_triangular(ops.triu(a), b)
    down = lambda a, b: ops.solve_triangular(ops.tril(a), b, lower=True)
    yield case("solveTriangular", [a, right], up, **NEAR)
    yield case("solveTriangular", [a, right, True], down, **NEAR)
    yield case("lstsq", [floats(10, 6, 3), floats(11, 6)], ops.lstsq, gradient=False, **NEAR)
    yield case("inv", [square(12, 2, 3, 3)], ops.inv, **NEAR)
    for matrix in [a, square(13, 3, 2, 2), Tensor(np.eye(3, dtype="float32")[::-1] * 2.0)]:
        yield case("det", [matrix], ops.det, **NEAR)
        yield case("slogdet", [matrix], lambda x: tuple(ops.slogdet(x)), **NEAR)
    yield case("logdet", [s], ops.logdet, **NEAR)
