"""Records activations: y and dy/dx on a grid, far out too, and softmax with its backward pass.

Not sparsemax: Keras 3.15 takes its threshold from the sum of the running sums, not from the last,
so that its rows do not add up to 1."""

import jax
import numpy as np
from keras import activations

from recorders.record import both, camel, camel_config, numbers, random, short, tensor, under

ELEMENTWISE = [
    ("linear", {}),
    ("relu", {}),
    ("leaky_relu", {}),
    ("leaky_relu", {"negative_slope": 0.01}),
    ("elu", {}),
    ("elu", {"alpha": 0.5}),
    ("sigmoid", {}),
    ("tanh", {}),
    ("softplus", {}),
    ("gelu", {"approximate": False}),
    ("gelu", {"approximate": True}),
    ("silu", {}),
    ("relu", {"negative_slope": 0.1, "max_value": 5.0, "threshold": 1.5}),
    ("relu", {"max_value": 2.0, "threshold": -1.0}),
    ("relu6", {}),
    ("celu", {}),
    ("celu", {"alpha": 0.5}),
    ("selu", {}),
    ("log_sigmoid", {}),
    ("hard_sigmoid", {}),
    ("sparse_sigmoid", {}),
    ("hard_silu", {}),
    ("hard_tanh", {}),
    ("tanh_shrink", {}),
    ("hard_shrink", {}),
    ("soft_shrink", {"threshold": 0.8}),
    ("threshold", {"threshold": 0.7, "default_value": -2.0}),
    ("softsign", {}),
    ("squareplus", {}),
    ("squareplus", {"b": 1}),
    ("sparse_plus", {}),
    ("mish", {}),
    ("exponential", {}),
]
# Their float32 would be infinite beyond.
LIMITS = {"exponential": 80}
NEAR = np.arange(-48, 49) / 8
TINY = [1e-30, 1e-8, 1e-4, 1e-3]
FAR = [8, 10, 12.5, 16, 20, 30, 50, 80, 88, 89, 100, 104, 200, 1000, 10000]
EXTREME = [1e10, 1e20, 1e30, 3e38]


def record(_here):
    grid = both_signs(NEAR[NEAR > 0], TINY, FAR)
    extreme = both_signs(EXTREME)
    rng = np.random.default_rng([2, 2])
    return {
        "x": numbers(grid),
        "xExtreme": numbers(extreme),
        "cases": [elementwise(name, config, grid, extreme) for name, config in ELEMENTWISE],
        "softmax": [softmax(rng, *described) for described in softmax_cases()],
        "rows": [
            softmax(rng, (2, 4, 3), axis, 2.0, name)
            for name, axis in (("log_softmax", -1), ("log_softmax", 1), ("glu", 1))
        ],
    }


def both_signs(*parts):
    """0 and the given values with both signs, ascending, float32."""
    positive = np.concatenate([np.asarray(part, "float32") for part in parts])
    return np.sort(np.concatenate([-positive, np.zeros(1, "float32"), positive]))


def elementwise(name, config, grid, extreme):
    function = getattr(activations, name)
    if name in LIMITS:
        grid, extreme = grid[grid <= LIMITS[name]], extreme[extreme <= LIMITS[name]]

    def run(dtype, x=grid):
        y, vjp = jax.vjp(lambda v: function(v, **config), jax.numpy.asarray(x, dtype))
        return {"y": y, "dy": vjp(jax.numpy.ones_like(y))[0]}

    near, float32_error = both(run)
    far = under("float64", lambda dtype: run(dtype, extreme))
    return {
        "activation": camel(name),
        "config": camel_config(config),
        "y": numbers(near["y"]),
        "dy": numbers(near["dy"]),
        "yExtreme": numbers(far["y"]),
        "dyExtreme": numbers(far["dy"]),
        "float32Error": float32_error,
    }


def softmax_cases():
    """(shape, axis, scale of the logits)."""
    yield (4, 5), -1, 2.0
    yield (2, 3, 4), -1, 2.0
    yield (2, 3, 4), 1, 2.0
    yield (3, 1), -1, 2.0
    yield (4, 10), -1, 40.0
    yield (3, 4), -1, 1000.0


def softmax(rng, shape, axis, scale, name="softmax"):
    x = short(random(rng, shape) * scale)
    function = getattr(activations, name)
    grad_output = random(rng, function(x, axis=axis).shape)

    def run(dtype):
        call = lambda v: function(v, axis=axis)  # noqa: E731
        y, vjp = jax.vjp(call, jax.numpy.asarray(x, dtype))
        return {"y": y, "grad": vjp(jax.numpy.asarray(grad_output, dtype))[0]}

    values, float32_error = both(run)
    return {
        **({} if name == "softmax" else {"activation": camel(name)}),
        "config": {"axis": axis},
        "x": tensor(x),
        "y": tensor(values["y"]),
        "gradOutput": tensor(grad_output),
        "gradInput": tensor(values["grad"]),
        "float32Error": float32_error,
    }
