"""Records convolution and pooling layers: output, and gradients of sum(output * gradOutput).

Small integers make ties in the windows of a pooling: its gradient there is part of what is recorded.
Adaptive poolings have none: Keras pools one axis after the other, PyTorch takes the first.
"""

import re

import numpy as np
from keras import layers

from recorders.layers import forward_backward
from recorders.record import both, camel, camel_config, random, short, tensor, under

VALUES = {"channels_first": "channelsFirst", "channels_last": "channelsLast"}


def record(_here):
    rng = np.random.default_rng([3, 1])
    return {"cases": [case(rng, *described) for described in (*convolutions(), *poolings())]}


def convolutions():
    """(class, config, input shape with the batch)."""
    yield layers.Conv1D, {"filters": 3, "kernel_size": 3}, (2, 6, 2)
    yield layers.Conv1D, {"filters": 2, "kernel_size": 2, "strides": 2, "padding": "same"}, (2, 5, 3)
    causal = {"filters": 2, "kernel_size": 3, "dilation_rate": 2, "padding": "causal"}
    yield layers.Conv1D, {**causal, "activation": "tanh"}, (1, 7, 2)
    yield layers.Conv1D, {"filters": 4, "kernel_size": 1, "use_bias": False}, (2, 3, 3)
    yield layers.Conv1D, {"filters": 3, "kernel_size": 2, "data_format": "channels_first"}, (2, 2, 5)
    yield layers.Conv2D, {"filters": 3, "kernel_size": 3, "activation": "relu"}, (2, 5, 4, 2)
    yield layers.Conv2D, {"filters": 2, "kernel_size": (3, 2), "padding": "same"}, (1, 4, 5, 3)
    strided = {"filters": 3, "kernel_size": 3, "strides": 2, "padding": "same"}
    yield layers.Conv2D, strided, (2, 6, 5, 2)
    yield layers.Conv2D, {**strided, "strides": (2, 1), "use_bias": False}, (1, 5, 6, 2)
    yield layers.Conv2D, {"filters": 2, "kernel_size": 2, "dilation_rate": (2, 3)}, (1, 5, 6, 2)
    yield layers.Conv2D, {"filters": 4, "kernel_size": 2, "groups": 2}, (2, 3, 4, 4)
    first = {"filters": 2, "kernel_size": 2, "padding": "same", "data_format": "channels_first"}
    yield layers.Conv2D, first, (1, 3, 4, 4)
    yield layers.Conv3D, {"filters": 2, "kernel_size": 2}, (1, 3, 3, 4, 2)
    yield layers.Conv3D, {**strided, "filters": 2}, (1, 3, 4, 3, 1)
    yield layers.DepthwiseConv1D, {"kernel_size": 3, "depth_multiplier": 2}, (2, 5, 3)
    yield layers.DepthwiseConv2D, {"kernel_size": 3, "padding": "same"}, (1, 4, 5, 3)
    wide = {"kernel_size": (2, 3), "strides": 2, "depth_multiplier": 2, "padding": "same"}
    yield layers.DepthwiseConv2D, {**wide, "activation": "sigmoid"}, (2, 5, 4, 2)
    yield layers.DepthwiseConv2D, {"kernel_size": 2, "dilation_rate": 2}, (1, 4, 4, 1)
    yield layers.SeparableConv1D, {"filters": 3, "kernel_size": 2, "dilation_rate": 2}, (2, 5, 2)
    yield layers.SeparableConv1D, {"filters": 3, "kernel_size": 3, "strides": 2}, (1, 6, 2)
    separable = {"filters": 4, "kernel_size": 3, "depth_multiplier": 2, "padding": "same"}
    yield layers.SeparableConv2D, {**separable, "activation": "tanh"}, (1, 4, 4, 2)
    yield layers.SeparableConv2D, {"filters": 2, "kernel_size": 2, "use_bias": False}, (2, 3, 4, 3)
    yield from transposed()


def transposed():
    for padding in ("valid", "same"):
        for size, stride in ((3, 1), (3, 2), (2, 3), (4, 2)):
            config = {"filters": 2, "kernel_size": size, "strides": stride, "padding": padding}
            yield layers.Conv1DTranspose, config, (2, 4, 3)
        config = {"filters": 2, "kernel_size": 3, "strides": 2, "padding": padding}
        yield layers.Conv1DTranspose, {**config, "output_padding": 1}, (1, 4, 2)
        yield layers.Conv1DTranspose, {**config, "kernel_size": 4, "output_padding": 0}, (1, 3, 2)
        dilated = {"filters": 2, "kernel_size": 3, "dilation_rate": 2, "padding": padding}
        yield layers.Conv1DTranspose, dilated, (1, 4, 2)
    two = {"filters": 3, "kernel_size": (3, 2), "strides": 2, "padding": "same"}
    yield layers.Conv2DTranspose, {**two, "activation": "relu"}, (2, 2, 3, 2)
    yield layers.Conv2DTranspose, {**two, "padding": "valid", "strides": (1, 3)}, (1, 3, 2, 2)
    yield layers.Conv2DTranspose, {**two, "data_format": "channels_first"}, (1, 2, 2, 3)
    yield layers.Conv3DTranspose, {"filters": 2, "kernel_size": 2, "strides": 2}, (1, 2, 2, 1, 2)


def poolings():
    for kind in ("Max", "Average"):
        one, two, three = (getattr(layers, f"{kind}Pooling{rank}D") for rank in (1, 2, 3))
        yield one, {"pool_size": 2}, (2, 5, 3)
        yield one, {"pool_size": 3, "strides": 2, "padding": "same"}, (1, 6, 2)
        yield two, {"pool_size": 2}, (2, 4, 5, 3)
        yield two, {"pool_size": (3, 2), "strides": 1}, (1, 4, 4, 2)
        yield two, {"pool_size": 3, "strides": 2, "padding": "same"}, (1, 5, 4, 2)
        yield two, {"pool_size": 2, "data_format": "channels_first"}, (1, 2, 4, 4)
        yield three, {"pool_size": 2, "strides": 1}, (1, 3, 2, 3, 2)
        one, two, three = (getattr(layers, f"Global{kind}Pooling{rank}D") for rank in (1, 2, 3))
        yield one, {}, (2, 4, 3)
        yield one, {"keepdims": True}, (1, 3, 2)
        yield two, {"keepdims": True}, (2, 2, 3, 2)
        yield two, {"data_format": "channels_first"}, (1, 2, 3, 2)
        yield three, {}, (1, 2, 2, 3, 2)
        one, two, three = (getattr(layers, f"Adaptive{kind}Pooling{rank}D") for rank in (1, 2, 3))
        yield one, {"output_size": 3}, (2, 7, 2)
        yield two, {"output_size": (2, 3)}, (1, 5, 6, 2)
        yield three, {"output_size": 2}, (1, 4, 2, 3, 1)


def case(rng, cls, config, shape):
    ties = "Pooling" in cls.__name__ and "Adaptive" not in cls.__name__
    x = short(rng.integers(-3, 4, size=shape)) if ties else random(rng, shape, 2.0)
    layer = cls(**config)
    layer.build(shape)
    weights = [random(rng, weight.shape, 0.7) for weight in layer.weights]
    output_shape = under("float32", lambda _: cls(**config).compute_output_shape(shape))
    grad_output = random(rng, tuple(int(size) for size in output_shape))
    give = lambda layer: layer.set_weights(weights)  # noqa: E731
    run = lambda dtype: forward_backward(cls, config, x, grad_output, give, dtype)  # noqa: E731
    values, float32_error = both(run)
    names = [camel(weight.path.split("/")[-1]) for weight in layer.weights]
    named = lambda arrays: [  # noqa: E731
        {"name": name, **tensor(array)} for name, array in zip(names, arrays, strict=True)
    ]
    return {
        "layer": re.sub(r"([123])D", r"\1d", camel(cls.__name__)),
        "config": {key: VALUES.get(str(value), value) for key, value in camel_config(config).items()},
        "inputShape": list(shape[1:]),
        "weights": named(values["weights"]),
        "input": tensor(x),
        "output": tensor(values["output"]),
        "gradOutput": tensor(grad_output),
        "gradInput": tensor(values["grad_input"]),
        "gradWeights": named(values["grad_weights"]),
        "float32Error": float32_error,
    }

