"""Records layers: output, and gradients of sum(output * gradOutput), at inference.

Not here: dropout while training, whose mask is the library's own random numbers.
"""

import jax
import numpy as np
from keras import layers

from recorders.record import both, camel, camel_config, random, short, tensor, under

ACTIVATIONS = [
    "linear",
    "relu",
    "leaky_relu",
    "elu",
    "sigmoid",
    "tanh",
    "softmax",
    "softplus",
    "gelu",
    "silu",
]


def record(_here):
    rng = np.random.default_rng([2, 1])
    cases = [case(rng, *described) for described in plain_cases()]
    cases += [adapted_case(rng, *described) for described in adapted_cases()]
    return {"cases": cases}


def plain_cases():
    """(class, config, input shape with the batch)."""
    for activation in ACTIVATIONS:
        for use_bias in (True, False):
            config = {"units": 4, "activation": activation, "use_bias": use_bias}
            yield layers.Dense, config, (3, 5)
    yield layers.Dense, {"units": 3, "activation": "tanh", "use_bias": True}, (2, 3, 4)
    yield layers.Dense, {"units": 2, "activation": "relu", "use_bias": False}, (2, 2, 3, 2)
    yield layers.Dense, {"units": 1, "activation": "sigmoid", "use_bias": True}, (1, 1)
    for activation in ACTIVATIONS:
        yield layers.Activation, {"activation": activation}, (3, 5)
    yield layers.Activation, {"activation": "softmax"}, (2, 3, 4)
    for rate in (0, 0.25, 0.5):
        yield layers.Dropout, {"rate": rate}, (3, 4)
    for shape in ((3, 4), (3,), (2, 3, 4), (2, 2, 3, 2)):
        yield layers.Flatten, {}, shape
    for target, shape in (((6,), (2, 3, 2)), ((2, -1), (3, 6)), ((-1, 2, 2), (2, 8)), ((1,), (4,))):
        yield layers.Reshape, {"target_shape": target}, shape
    yield layers.Rescaling, {"scale": 1 / 255}, (2, 4)
    yield layers.Rescaling, {"scale": 1 / 127.5, "offset": -1.0}, (2, 2, 3)
    yield layers.Normalization, {"mean": 1.5, "variance": 4.0, "axis": None}, (3, 4)
    given = {"axis": -1, "mean": [0.5, -1.0, 2.0], "variance": [1.0, 0.25, 9.0]}
    yield layers.Normalization, given, (4, 3)
    yield layers.Normalization, {**given, "invert": True}, (2, 2, 3)


def adapted_cases():
    """(config, input shape, shape of the data given to adapt)."""
    yield {"axis": -1}, (3, 4), (12, 4)
    yield {"axis": None}, (3, 4), (12, 4)
    yield {"axis": -1}, (2, 2, 3), (6, 2, 3)
    yield {"axis": 1}, (2, 2, 3), (6, 2, 3)
    yield {"axis": [1, 2]}, (2, 2, 3), (6, 2, 3)
    yield {"axis": -1, "invert": True}, (3, 4), (12, 4)


def case(rng, cls, config, shape):
    x = random(rng, shape, 2.0)
    if cls is layers.Rescaling:
        x = short(rng.integers(0, 256, size=shape))
    with_weights = weights_of(rng, cls, config, shape)
    return measured(rng, cls, config, x, lambda layer: layer.set_weights(with_weights))


def adapted_case(rng, config, shape, adapt_shape):
    data = random(rng, adapt_shape, 3.0, 1.0)
    if config == {"axis": -1} and len(shape) == 2:
        data[:, 0] = 0.5
    x = random(rng, shape, 2.0)
    if config == {"axis": -1} and len(shape) == 2:
        x[:, 0] = 0.5
    adapt = lambda layer: layer.adapt(data.astype(layer.compute_dtype))  # noqa: E731
    measured_case = measured(rng, layers.Normalization, config, x, adapt)
    return {**measured_case, "adaptData": tensor(data)}


def weights_of(rng, cls, config, shape):
    """Random float32 weights of the layer's own shapes."""
    layer = cls(**config)
    layer.build(shape)
    if cls is layers.Normalization:
        return []
    return [random(rng, weight.shape, 0.7) for weight in layer.weights]


def measured(rng, cls, config, x, prepare):
    output_shape = under("float32", lambda _: cls(**config).compute_output_shape(x.shape))
    grad_output = random(rng, tuple(int(size) for size in output_shape))
    run = lambda dtype: forward_backward(cls, config, x, grad_output, prepare, dtype)  # noqa: E731
    values, float32_error = both(run)
    names = [weight.path.split("/")[-1] for weight in built(cls, config, x, prepare).weights]
    trainable = [name for name in names if name in ("kernel", "bias")]
    return {
        "layer": camel(cls.__name__),
        "config": camel_config(config),
        "inputShape": list(x.shape[1:]),
        "weights": named_tensors(names, values["weights"]),
        "input": tensor(x),
        "output": tensor(values["output"]),
        "gradOutput": tensor(grad_output),
        "gradInput": tensor(values["grad_input"]),
        "gradWeights": named_tensors(trainable, values["grad_weights"]),
        "float32Error": float32_error,
    }


def built(cls, config, x, prepare):
    layer = cls(**config)
    layer.build(x.shape)
    prepare(layer)
    return layer


def forward_backward(cls, config, x, grad_output, prepare, dtype):
    layer = built(cls, config, x, prepare)
    fixed = [variable.value for variable in layer.non_trainable_variables]

    def call(trainable, inputs):
        return layer.stateless_call(trainable, fixed, inputs)[0]

    trainable = [variable.value for variable in layer.trainable_variables]
    output, vjp = jax.vjp(call, trainable, jax.numpy.asarray(x, dtype))
    grad_weights, grad_input = vjp(jax.numpy.asarray(grad_output, dtype))
    return {
        "weights": [np.asarray(weight.value) for weight in layer.weights],
        "output": output,
        "grad_input": grad_input,
        "grad_weights": grad_weights,
    }


def named_tensors(names, arrays):
    return [{"name": name, **tensor(array)} for name, array in zip(names, arrays, strict=True)]
