"""Cases of Fourier transforms, of sizes with small factors, large ones, and primes."""

import jax.numpy as jnp
from keras import ops
from recorders.ops.case import case, floats


def cases():
    for seed, shape in enumerate([(2, 8), (3, 5), (1,), (2, 60), (67,), (2, 72), (134,)]):
        pair = [floats(seed, *shape), floats(50 + seed, *shape)]
        yield case("fft", [pair], lambda a, b: ops.fft((a, b)))
        yield case("rfft", [pair[0]], lambda a: ops.rfft(a))
    for name, run in (("fft2", ops.fft2), ("ifft2", ops.ifft2)):
        pair = [floats(60, 2, 3, 4), floats(61, 2, 3, 4)]
        yield case(name, [pair], lambda a, b, run=run: run((a, b)))
    x = floats(62, 2, 7)
    for length in (4, 12):
        yield case("rfft", [x, length], lambda x, n=length: ops.rfft(x, n))
    pair = [floats(63, 2, 5), floats(64, 2, 5)]
    inverse = lambda n=None: lambda a, b: jnp.fft.irfft(a + 1j * b, n)
    yield case("irfft", [pair], inverse())
    for length in (5, 8, 9, 13):
        yield case("irfft", [pair, length], inverse(length))
