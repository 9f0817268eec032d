"""What the recorders of layers share: outputs and gradients of one call, with masks, several inputs
and outputs, at inference or while training. It knows no layer.

The gradients are those of the sum over the outputs of sum(output * gradOutput).
"""

import re

import jax
import numpy as np

from recorders.record import both, camel, camel_config, random, tensor

# Where a name in camelCase would begin oddly.
NAMES = {"GroupedQueryAttention": "groupQueryAttention", "RMSNormalization": "rmsNormalization", "ReLU": "relu", "PReLU": "prelu", "LeakyReLU": "leakyRelu", "ELU": "elu"}


def measured(rng, cls, config, xs, *, weights=None, training=False, call=None, own=None):
    """One case. `call`: further arguments of the call; `own`: what our config says in their place."""
    xs = list(xs)
    call = call or {}
    given = weights_of(rng, built(cls, config, xs)) if weights is None else weights
    shapes = [np.shape(y) for y in outputs_of(run_once(cls, config, xs, given, training, call))]
    grads = [random(rng, shape) for shape in shapes]
    run = lambda dtype: forward_backward(cls, config, xs, given, grads, training, call, dtype)  # noqa: E731
    values, float32_error = both(run)
    layer = built(cls, config, xs)
    names = [name_of(weight) for weight in layer.weights]
    trainable = [name_of(weight) for weight in layer.trainable_weights]
    case = {
        "layer": layer_name(cls),
        "config": {**camel_config(config), **(own or {})},
        "inputs": [tensor(x) for x in xs],
        "weights": named(names, given),
        "outputs": [tensor(y) for y in values["outputs"]],
        "gradOutputs": [tensor(grad) for grad in grads],
        "gradInputs": [tensor(grad) for grad in values["grad_inputs"]],
        "gradWeights": named(trainable, values["grad_weights"]),
        "float32Error": float32_error,
    }
    masks = {camel(key): tensor(np.asarray(mask, "float32")) for key, mask in masks_of(call)}
    if masks:
        case["masks"] = masks
    if training:
        case["training"] = True
        fixed = [name_of(weight) for weight in layer.non_trainable_weights]
        case["after"] = named(fixed, values["after"])
    return case


def masks_of(call):
    """(name, mask) of a call; a list of masks belongs to the query, the value and the key."""
    if isinstance(call.get("mask"), list):
        return list(zip(("query_mask", "value_mask", "key_mask"), call["mask"]))
    return [(key, value) for key, value in call.items() if hasattr(value, "shape")]


def layer_name(cls):
    """`LayerNormalization` -> `layerNormalization`, `Cropping1D` -> `cropping1d`."""
    return NAMES.get(cls.__name__) or camel(re.sub(r"(\d)D$", r"\1d", cls.__name__))


def name_of(weight):
    """`layer/query/kernel` -> `query/kernel`, each part in camelCase."""
    return "/".join(camel(part) for part in weight.path.split("/")[1:])


def named(names, arrays):
    return [{"name": name, **tensor(array)} for name, array in zip(names, arrays, strict=True)]


def built(cls, config, xs):
    layer = cls(**config)
    shapes = [x.shape for x in xs]
    layer.build(*shapes) if several(layer) else layer.build(shapes if takes_list(layer) else shapes[0])
    return layer


def several(layer):
    """Takes its inputs as arguments, not as one list."""
    return "query" in layer.call.__code__.co_varnames[:2]


def takes_list(layer):
    return hasattr(layer, "score_mode") or hasattr(layer, "_merge_function") or getattr(layer, "takes_list", False)


def weights_of(rng, layer):
    """Random float32 weights of the layer's own shapes; what is named a variance is positive."""
    def one(weight):
        values = random(rng, weight.shape, 0.5)
        return np.abs(values) + np.float32(0.5) if "variance" in weight.path else values

    return [one(weight) for weight in layer.weights]


def outputs_of(y):
    return list(y) if isinstance(y, (tuple, list)) else [y]


def arguments(layer, xs):
    return xs if several(layer) else [xs if takes_list(layer) else xs[0]]


def run_once(cls, config, xs, weights, training, call):
    layer = built(cls, config, xs)
    layer.set_weights(weights)
    kwargs = dict(call, training=training) if "training" in signature(layer) else call
    return layer(*arguments(layer, [jax.numpy.asarray(x) for x in xs]), **kwargs)


def signature(layer):
    return layer.call.__code__.co_varnames[: layer.call.__code__.co_argcount]


def forward_backward(cls, config, xs, weights, grads, training, call, dtype):
    layer = built(cls, config, xs)
    layer.set_weights(weights)
    fixed = [variable.value for variable in layer.non_trainable_variables]
    kwargs = dict(call, training=training) if "training" in signature(layer) else call

    def forward(trainable, inputs):
        y, after = layer.stateless_call(trainable, fixed, *arguments(layer, inputs), **kwargs)
        return outputs_of(y), after

    trainable = [variable.value for variable in layer.trainable_variables]
    inputs = [jax.numpy.asarray(x, dtype) for x in xs]
    outputs, vjp, after = jax.vjp(forward, trainable, inputs, has_aux=True)
    grad_weights, grad_inputs = vjp([jax.numpy.asarray(grad, dtype) for grad in grads])
    return {
        "outputs": outputs,
        "grad_inputs": grad_inputs,
        "grad_weights": grad_weights,
        "after": [np.asarray(value, dtype) for value in after[: len(layer.non_trainable_weights)]],
    }
