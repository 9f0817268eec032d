"""Records the normalizing layers: at inference and while training, with masks; what batch
normalization keeps after three steps."""

import jax
import numpy as np
from keras import layers

from recorders.measure import built, measured, named, name_of
from recorders.record import both, camel_config, random, tensor


def record(_here):
    rng = np.random.default_rng([2, 20])
    cases = [measured(rng, cls, config, [random(rng, shape, 1.5, 0.3)]) for cls, config, shape in plain()]
    for config, shape in batch():
        for training in (False, True):
            x = random(rng, shape, 1.5, 0.3)
            cases.append(measured(rng, layers.BatchNormalization, config, [x], training=training))
    x, mask = random(rng, (4, 3, 2), 1.5), np.array([[1, 1, 0], [1, 0, 0], [1, 1, 1], [0, 0, 0]], bool)
    masked = {"mask": mask}
    cases.append(measured(rng, layers.BatchNormalization, {}, [x], training=True, call=masked))
    return {"cases": cases, "steps": [steps(rng)], "spectral": [spectral(rng, n) for n in (1, 3)]}


def plain():
    """(class, config, input shape with the batch)."""
    norm = layers.LayerNormalization
    yield norm, {}, (3, 5)
    yield norm, {"epsilon": 0.1}, (2, 3, 17)
    yield norm, {"axis": 1}, (2, 3, 4)
    yield norm, {"axis": [1, 2]}, (2, 3, 4)
    yield norm, {"axis": [1, 3]}, (2, 3, 2, 4)
    yield norm, {"center": False}, (3, 4)
    yield norm, {"scale": False}, (3, 4)
    yield layers.RMSNormalization, {}, (3, 5)
    yield layers.RMSNormalization, {"epsilon": 0.1}, (2, 3, 4)
    yield layers.RMSNormalization, {"axis": [1, 2]}, (2, 3, 4)
    yield layers.UnitNormalization, {}, (3, 5)
    yield layers.UnitNormalization, {"axis": [1, 2]}, (2, 3, 4)
    yield layers.UnitNormalization, {"axis": 1}, (2, 3, 4)
    group = layers.GroupNormalization
    yield group, {"groups": 2}, (2, 3, 4)
    yield group, {"groups": 2, "epsilon": 0.1}, (2, 2, 3, 6)
    yield group, {"groups": -1}, (2, 5, 3)
    yield group, {"groups": 3, "axis": 1}, (2, 6, 4)
    yield group, {"groups": 1, "center": False, "scale": False}, (2, 3, 4)


def batch():
    yield {}, (6, 3)
    yield {"momentum": 0.7, "epsilon": 0.01}, (3, 2, 2, 4)
    yield {"axis": 1}, (4, 3, 2)
    yield {"center": False}, (5, 3)
    yield {"scale": False}, (5, 3)


def steps(rng):
    """The moving averages after three steps from their first values."""
    config = {"momentum": 0.9}
    inputs = [random(rng, (5, 3), 2.0, 1.0) for _ in range(3)]

    def run(dtype):
        layer = built(layers.BatchNormalization, config, inputs)
        for x in inputs:
            layer(jax.numpy.asarray(x, dtype), training=True)
        return {"after": [np.asarray(weight.value) for weight in layer.non_trainable_weights]}

    values, float32_error = both(run)
    layer = built(layers.BatchNormalization, config, inputs)
    names = [name_of(weight) for weight in layer.non_trainable_weights]
    return {
        "config": camel_config(config),
        "inputs": [tensor(x) for x in inputs],
        "after": named(names, values["after"]),
        "float32Error": float32_error,
    }


def spectral(rng, iterations):
    """A dense layer of 4 units, normalized, while training."""
    x, kernel, bias = random(rng, (3, 5)), random(rng, (5, 4)), random(rng, (4,))
    u, grad = random(rng, (1, 4)), random(rng, (3, 4))

    def run(dtype):
        layer = layers.SpectralNormalization(layers.Dense(4), power_iterations=iterations)
        layer.build(x.shape)

        def forward(kernel, x):
            trainable = [kernel, jax.numpy.asarray(bias, dtype)]
            fixed = [jax.numpy.asarray(u, dtype)]
            return layer.stateless_call(trainable, fixed, x, training=True)

        return spectral_values(forward, kernel, x, grad, dtype)

    values, float32_error = both(run)
    return {
        "powerIterations": iterations,
        "input": tensor(x),
        "kernel": tensor(kernel),
        "bias": tensor(bias),
        "vectorU": tensor(u),
        "gradOutput": tensor(grad),
        **{key: tensor(value) for key, value in values.items()},
        "float32Error": float32_error,
    }


def spectral_values(forward, kernel, x, grad, dtype):
    as_array = lambda value: jax.numpy.asarray(value, dtype)  # noqa: E731
    output, vjp, after = jax.vjp(forward, as_array(kernel), as_array(x), has_aux=True)
    grad_kernel, grad_input = vjp(as_array(grad))
    return {
        "output": output,
        "gradKernel": grad_kernel,
        "gradInput": grad_input,
        "after": np.asarray(after[0], dtype),
    }
