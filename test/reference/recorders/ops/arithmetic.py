"""Cases of elementwise ops of two operands and of integers."""

import jax.numpy as jnp
import numpy as np
from keras import ops
from recorders.ops.case import Tensor, case, floats, ints


def cases():
    yield from binary()
    yield from comparing()
    yield from choosing()


FLOAT = [
    ("add", ops.add),
    ("subtract", ops.subtract),
    ("multiply", ops.multiply),
    ("divide", ops.divide),
    ("maximum", ops.maximum),
    ("minimum", ops.minimum),
    ("floorDivide", ops.floor_divide),
    ("mod", ops.mod),
    ("hypot", ops.hypot),
    ("logaddexp", ops.logaddexp),
    ("squaredDifference", lambda a, b: ops.square(a - b)),
]
WHOLE = ["add", "subtract", "multiply", "maximum", "minimum", "floorDivide", "mod", "divide"]
BITS = [
    ("bitwiseAnd", ops.bitwise_and),
    ("bitwiseOr", ops.bitwise_or),
    ("bitwiseXor", ops.bitwise_xor),
    ("leftShift", ops.left_shift),
    ("rightShift", ops.right_shift),
]


def binary():
    a, b = floats(30, 2, 3, scale=2.0), floats(31, 3, scale=2.0)
    m, n = ints(32, 9, 2, 3, start=-9), Tensor([3, -2, 5])
    for name, run in FLOAT:
        yield case(name, [a, b], run)
        yield case(name, [a, 1.5], lambda x, run=run: run(x, jnp.asarray(1.5, x.dtype)))
    for name in WHOLE:
        run = dict(FLOAT)[name]
        yield case(name, [m, n], run)
        yield case(name, [m, 4], lambda x, run=run: run(x, 4))
        yield case(name, [m, b], lambda x, y, run=run: run(x * 1.0, y))
    for name, run in BITS:
        yield case(name, [m, Tensor([1, 2, 3])], run)
    yield case("bitwiseNot", [m], ops.bitwise_not)
    far = Tensor(np.float32([np.inf, -np.inf, np.inf, np.inf, 2]))
    yield case("mod", [Tensor(np.float32([3, 3, -3, 0, 5])), far], ops.mod, gradient=False)
    zeros = Tensor(np.float32([0, 2, 0]))
    yield case("divideNoNan", [a, zeros], ops.divide_no_nan)
    yield case("power", [Tensor(np.float32([0.5, 2, 3])), b], ops.power)
    signed = Tensor(np.float32([-2, -1.5, 3, -0.5]))
    for exponent in [2.0, 3.0, -1.0]:
        yield case("power", [signed, exponent], lambda x, e=exponent: ops.power(x, e))
    yield case("power", [signed, 0.5], lambda x: ops.power(x, 0.5), gradient=False)


def comparing():
    a, b = Tensor(np.float32([1, 2, np.nan, 0, -1])), Tensor(np.float32([1, 3, 1, np.nan, -2]))
    m, n = Tensor([1, -2, 3, 1 << 30]), Tensor([1, 2, -3, (1 << 30) + 1])
    names = ["equal", "notEqual", "less", "lessEqual", "greater", "greaterEqual"]
    names += ["logicalAnd", "logicalOr", "logicalXor"]
    for name in names:
        run = getattr(ops, "".join("_" + c.lower() if c.isupper() else c for c in name))
        yield case(name, [a, b], run, gradient=False)
        yield case(name, [m, n], run)
    yield case("lessEqual", [m, 3], lambda x: x <= 3)
    yield case("greater", [a, 1], lambda x: x > 1, gradient=False)
    yield case("logicalNot", [Tensor(np.float32([0, 2, np.nan]))], ops.logical_not, gradient=False)
    close = Tensor(np.float32([1, 1.00001, 1.1, np.inf, 0]))
    yield case("isClose", [close, Tensor(np.float32([1, 1, 1, np.inf, 1e-9]))], ops.isclose, False)


def choosing():
    a, b, n = floats(33, 2, 3), floats(34, 3), ints(35, 9, 2, 3, start=-9)
    condition = Tensor(np.float32([[1, 0, 1], [0, 0, 1]]))
    yield case("where", [condition, a, b], lambda c, a, b: ops.where(c > 0, a, b))
    yield case("where", [ints(36, 2, 2, 3), a, 2.5], lambda c, a: ops.where(c > 0, a, 2.5))
    yield case("where", [condition, n, -1], lambda c, n: ops.where(c > 0, n, -1))
    yield case("where", [condition, n, 0.5], lambda c, n: ops.where(c > 0, n * 1.0, 0.5))
    other = Tensor(np.float32([[0, 1, 1], [0, 1, 0]]))
    pick = lambda c, d, a, b: jnp.select([c > 0, d > 0], [a, b * jnp.ones_like(a)], 7.0)
    yield case("select", [[condition, other], [a, b], 7], pick)
    yield case("clip", [a, -0.5, 0.5], lambda x: ops.clip(x, -0.5, 0.5))
    yield case("clip", [n, -3, 4], lambda x: ops.clip(x, -3, 4))
    for name, run in [
        ("negative", ops.negative),
        ("absolute", ops.absolute),
        ("square", ops.square),
    ]:
        yield case(name, [a], run)
        yield case(name, [n], run)
    yield case("sign", [a], ops.sign)
    yield case("sign", [n], ops.sign)
    yield case("cast", [a, "int32"], lambda x: ops.cast(x, "int32"))
    yield case("cast", [n, "float32"], lambda x: x * 1.0)
