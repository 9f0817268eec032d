"""Records layers for images: output and gradient of sum(output * gradOutput).

Random layers are given ranges without width, so that they draw the same as everyone else.
"""

import jax
import jax.numpy as jnp
import numpy as np
from keras import layers

from recorders.record import camel, random, tensor


def record(_here):
    rng = np.random.default_rng([2, 12])
    return {"cases": [case(rng, *described) for described in cases()]}


def cases():
    """(class, config, input shape without the batch); random layers run as in training."""
    for interpolation in ("nearest", "bilinear", "bicubic"):
        for size in ((5, 7), (2, 3), (4, 2)):
            config = {"height": size[0], "width": size[1], "interpolation": interpolation}
            yield layers.Resizing, config, (4, 5, 2)
    for size in ((3, 3), (6, 2), (2, 9)):
        config = {"height": size[0], "width": size[1]}
        yield layers.Resizing, {**config, "crop_to_aspect_ratio": True}, (4, 6, 1)
        yield layers.Resizing, {**config, "pad_to_aspect_ratio": True}, (4, 6, 1)
        yield layers.Resizing, {**config, "pad_to_aspect_ratio": True, "fill_value": 3.0}, (4, 6, 1)
    for size in ((2, 3), (3, 2), (4, 5), (6, 3), (7, 9)):
        yield layers.CenterCrop, {"height": size[0], "width": size[1]}, (4, 5, 2)
    for fill_mode in ("reflect", "nearest", "wrap", "constant"):
        fill = {"fill_mode": fill_mode, "fill_value": 0.5}
        for interpolation in ("bilinear", "nearest"):
            how = {**fill, "interpolation": interpolation}
            yield layers.RandomRotation, {"factor": (0.07, 0.07), **how}, (5, 6, 2)
            yield (
                layers.RandomZoom,
                {"height_factor": (0.35, 0.35), "width_factor": (-0.3, -0.3), **how},
                (4, 5, 1),
            )
            yield (
                layers.RandomTranslation,
                {"height_factor": (0.6, 0.6), "width_factor": (-0.33, -0.33), **how},
                (4, 5, 1),
            )
    yield layers.RandomRotation, {"factor": (-0.25, -0.25)}, (3, 3, 1)
    yield layers.RandomZoom, {"height_factor": (0.5, 0.5)}, (4, 4, 1)
    yield layers.RandomBrightness, {"factor": (0.3, 0.3), "value_range": (-2.0, 2.0)}, (3, 3, 2)
    yield layers.RandomBrightness, {"factor": (-0.5, -0.5)}, (3, 3, 1)
    for interpolation in ("lanczos3", "lanczos5"):
        for size in ((5, 7), (2, 3), (12, 2)):
            config = {"height": size[0], "width": size[1], "interpolation": interpolation}
            yield layers.Resizing, config, (4, 5, 2)


def case(rng, cls, config, shape):
    layer = cls(**config)
    is_random = cls.__name__.startswith("Random")
    scale = 100.0 if cls is layers.RandomBrightness and "value_range" not in config else 1.0
    x = random(rng, (2, *shape), scale, scale)
    call = lambda x: layer(x, training=True) if is_random else layer(x)  # noqa: E731
    output = np.asarray(call(jnp.asarray(x)))
    grad_output = random(rng, output.shape)
    grad_input = gradient(call, x, grad_output)
    return {
        "layer": camel(cls.__name__),
        "config": {camel(key): list(v) if isinstance(v, tuple) else v for key, v in config.items()},
        "training": is_random,
        "input": tensor(x),
        "output": tensor(short_enough(output)),
        "gradOutput": tensor(grad_output),
        "gradInput": tensor(short_enough(grad_input)),
    }


def gradient(call, x, grad_output):
    output, vjp = jax.vjp(call, jnp.asarray(x))
    return np.asarray(vjp(jnp.asarray(grad_output, output.dtype))[0])


def short_enough(values):
    return np.asarray(values, "float32")
