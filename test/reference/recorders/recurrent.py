"""Records recurrent layers and what stands before and around them: outputs, last states, and
gradients of sum(output * gradOutput) for the input, the first states and the weights.

Not here: dropout while training, whose masks are the library's own random numbers.
"""

import jax
import numpy as np
from keras import layers

from recorders.record import both, camel, random, tensor, under

CLASSES = {
    "simpleRNN": layers.SimpleRNN,
    "gru": layers.GRU,
    "lstm": layers.LSTM,
    "rnn": layers.RNN,
    "simpleRNNCell": layers.SimpleRNNCell,
    "gruCell": layers.GRUCell,
    "lstmCell": layers.LSTMCell,
    "stackedRNNCells": layers.StackedRNNCells,
    "bidirectional": layers.Bidirectional,
    "timeDistributed": layers.TimeDistributed,
    "embedding": layers.Embedding,
    "masking": layers.Masking,
    "convLSTM2D": layers.ConvLSTM2D,
    "dense": layers.Dense,
}
SIZES = (3, 4, 2)
MASK = [[1, 1, 1, 1], [0, 1, 0, 1], [1, 1, 0, 0]]


def record(_here):
    rng = np.random.default_rng([11, 1])
    return {"cases": [case(rng, *described) for described in cases()]}


def cases():
    """(type, config, extras): mask: a mask is given; states: sizes of the first states."""
    for kind in ("simpleRNN", "gru", "lstm"):
        states = [5, 5] if kind == "lstm" else [5]
        units = {"units": 5}
        all_steps = {**units, "return_sequences": True}
        yield kind, units, {}
        yield kind, {**all_steps, "return_state": True}, {"states": states}
        yield kind, {**units, "go_backwards": True, "use_bias": False}, {"mask": True}
        yield kind, {**all_steps, "go_backwards": True}, {"mask": True, "states": states}
        yield kind, {**all_steps, "zero_output_for_mask": True}, {"mask": True}
        yield kind, {**units, "unroll": True, "return_state": True}, {}
        yield kind, {**all_steps, "activation": "relu"}, {"mask": True}
    yield "lstm", {"units": 3, "recurrent_activation": "softplus"}, {}
    yield "gru", {"units": 3, "reset_after": False}, {"mask": True}
    yield "gru", {"units": 3, "reset_after": False, "use_bias": False}, {}
    yield "gru", {"units": 9, "return_sequences": True}, {}
    cells = [("lstmCell", {"units": 3}), ("gruCell", {"units": 4})]
    yield "rnn", {"cell": cells[0], "return_sequences": True}, {}
    yield "rnn", {"cell": ("simpleRNNCell", {"units": 3, "activation": "relu"})}, {"mask": True}
    yield "rnn", {"cell": ("stackedRNNCells", {"cells": cells}), "return_sequences": True}, {}
    plain = [("gruCell", {"units": 3, "reset_after": False}), ("lstmCell", {"units": 2})]
    yield "rnn", {"cell": ("stackedRNNCells", {"cells": plain})}, {}
    for mode in ("sum", "mul", "ave", "concat", None):
        inner = ("lstm", {"units": 3, "return_sequences": mode != "mul"})
        yield "bidirectional", {"layer": inner, "merge_mode": mode}, {}
    inner = ("gru", {"units": 3, "return_sequences": True, "return_state": True})
    yield "bidirectional", {"layer": inner}, {"mask": True, "states": [3, 3]}
    other = ("simpleRNN", {"units": 3, "go_backwards": True})
    yield "bidirectional", {"layer": ("gru", {"units": 3}), "backward_layer": other}, {}
    yield "timeDistributed", {"layer": ("dense", {"units": 3, "activation": "tanh"})}, {}
    yield "embedding", {"input_dim": 6, "output_dim": 3}, {"tokens": (3, 4)}
    yield "embedding", {"input_dim": 6, "output_dim": 5, "mask_zero": True}, {"tokens": (5,)}
    yield "masking", {"mask_value": -1.5}, {}
    images = {"sizes": (2, 3, 4, 5, 2)}
    plain = {"filters": 2, "kernel_size": [3, 2]}
    yield "convLSTM2D", plain, images
    yield "convLSTM2D", {**plain, "padding": "same", "return_sequences": True}, images
    strided = {"filters": 1, "kernel_size": 2, "strides": [2, 1], "return_state": True}
    yield "convLSTM2D", {**strided, "go_backwards": True, "use_bias": False}, images


def made(kind, config):
    def value(x):
        if isinstance(x, tuple):
            return made(*x)
        return [value(one) for one in x] if isinstance(x, list) else x

    if kind == "stackedRNNCells":
        return layers.StackedRNNCells(value(config["cells"]))
    return CLASSES[kind](**{key: value(x) for key, x in config.items()})


def described(kind, config):
    """As Gradloom's saved files have it."""

    def value(x):
        if isinstance(x, tuple):
            return {"type": x[0], "config": described(*x)}
        return [value(one) for one in x] if isinstance(x, list) else x

    return {camel(key): value(x) for key, x in config.items()}


def case(rng, kind, config, extras):
    x = inputs_of(rng, kind, extras)
    states = [random(rng, (x.shape[0], size), 0.5) for size in extras.get("states", [])]
    mask = np.array(MASK, bool) if extras.get("mask") else None
    given = (kind, config, x, states, mask)
    weights = [random(rng, w.shape, 0.6) for w in built(kind, config, x).trainable_variables]
    outputs = under("float32", lambda d: forward_backward(*given, weights, None, d)["outputs"])
    grads = [random(rng, output.shape) for output in outputs]
    values, error = both(lambda dtype: forward_backward(*given, weights, grads, dtype))
    return {
        "layer": kind,
        "config": described(kind, config),
        "weights": [tensor(weight) for weight in weights],
        "input": tensor(x),
        **({"mask": tensor(mask.astype("float32"))} if mask is not None else {}),
        "states": [tensor(state) for state in states],
        "outputs": [tensor(output) for output in values["outputs"]],
        "gradOutputs": [tensor(grad) for grad in grads],
        "gradInputs": [tensor(grad) for grad in values["grad_inputs"]],
        "gradWeights": [tensor(grad) for grad in values["grad_weights"]],
        "float32Error": error,
    }


def inputs_of(rng, kind, extras):
    if "tokens" in extras:
        return rng.integers(0, 6, size=extras["tokens"]).astype("int32")
    x = random(rng, extras.get("sizes", SIZES), 1.0)
    if kind == "masking":
        x[0, 1], x[1, 3], x[2, 0, 1] = -1.5, -1.5, -1.5
    return x


def built(kind, config, x):
    layer = made(kind, config)
    layer.build(x.shape)
    return layer


def forward_backward(kind, config, x, states, mask, weights, grads, dtype):
    layer = built(kind, config, x)
    fixed = [variable.value for variable in layer.non_trainable_variables]
    is_integer = x.dtype.kind == "i"

    def call(trainable, inputs):
        whole = jax.numpy.asarray(x) if is_integer else inputs[0]
        options = {} if mask is None else {"mask": jax.numpy.asarray(mask)}
        if states:
            options["initial_state"] = inputs[1:]
        result = layer.stateless_call(trainable, fixed, whole, **options)[0]
        return list(result) if isinstance(result, (list, tuple)) else [result]

    wide = [jax.numpy.asarray(weight, dtype) for weight in weights]
    inputs = [jax.numpy.asarray(one, dtype) for one in [x, *states]]
    outputs, vjp = jax.vjp(call, wide, inputs)
    if grads is None:
        return {"outputs": outputs}
    grad_weights, grad_inputs = vjp([jax.numpy.asarray(grad, dtype) for grad in grads])
    return {
        "outputs": outputs,
        "grad_inputs": [] if is_integer else grad_inputs,
        "grad_weights": grad_weights,
    }
