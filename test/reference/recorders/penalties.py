"""Records regularizers (the number and its gradient) and constraints (what a weight becomes)."""

import jax
import numpy as np
from keras import constraints, regularizers

from recorders.record import both, camel, camel_config, number, random, tensor

REGULARIZERS = [
    (regularizers.L1, {}),
    (regularizers.L1, {"l1": 0.3}),
    (regularizers.L2, {}),
    (regularizers.L2, {"l2": 0.3}),
    (regularizers.L1L2, {"l1": 0.2, "l2": 0.4}),
    (regularizers.OrthogonalRegularizer, {"factor": 0.5}),
    (regularizers.OrthogonalRegularizer, {"factor": 0.5, "mode": "columns"}),
]
CONSTRAINTS = [
    (constraints.NonNeg, {}),
    (constraints.MaxNorm, {}),
    (constraints.MaxNorm, {"max_value": 0.7, "axis": 1}),
    (constraints.MaxNorm, {"max_value": 0.5, "axis": [0, 1]}),
    (constraints.UnitNorm, {}),
    (constraints.UnitNorm, {"axis": 1}),
    (constraints.MinMaxNorm, {}),
    (constraints.MinMaxNorm, {"min_value": 1.5, "max_value": 2.0, "rate": 0.3, "axis": 1}),
]


def record(_here):
    rng = np.random.default_rng([3, 6])
    w = random(rng, (4, 3))
    return {
        "w": tensor(w),
        "regularizers": [regularizer(cls, config, w) for cls, config in REGULARIZERS],
        "constraints": [constraint(cls, config, w) for cls, config in CONSTRAINTS],
    }


def regularizer(cls, config, w):
    def run(dtype):
        x = jax.numpy.asarray(w, dtype)
        value, gradient = jax.value_and_grad(cls(**config))(x)
        return {"value": jax.numpy.asarray(value, dtype), "gradient": gradient}

    values, float32_error = both(run)
    return {
        "regularizer": camel(cls.__name__),
        "config": camel_config(config),
        "value": number(values["value"]),
        "gradient": tensor(values["gradient"]),
        "float32Error": float32_error,
    }


def constraint(cls, config, w):
    values, float32_error = both(lambda dtype: {"w": cls(**config)(jax.numpy.asarray(w, dtype))})
    return {
        "constraint": camel(cls.__name__),
        "config": camel_config(config),
        "result": tensor(values["w"]),
        "float32Error": float32_error,
    }
