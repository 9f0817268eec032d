"""Records initializers: for a shape, the distribution Keras draws from and its exact moments.

The parameters are those Keras passes to its random functions, caught on the way; no bit values.
"""

from unittest import mock

import keras
import numpy as np
from keras import initializers
from keras.src.initializers import random_initializers
from scipy import stats

from recorders.record import camel, camel_config, number

SHAPES = [(64, 32), (7, 3), (784, 128), (3, 3, 8, 16), (5, 4, 6), (10,), ()]
KINDS = {"normal": "normal", "truncated_normal": "truncatedNormal", "uniform": "uniform"}


def described():
    """(class, config, shapes)."""
    some = SHAPES[:2]
    yield initializers.Zeros, {}, some
    yield initializers.Ones, {}, some
    yield initializers.Constant, {}, some
    yield initializers.Constant, {"value": 0.25}, some
    yield initializers.RandomNormal, {}, some
    yield initializers.RandomNormal, {"mean": 0.5, "stddev": 2.0}, some
    yield initializers.TruncatedNormal, {}, some
    yield initializers.TruncatedNormal, {"mean": 0.5, "stddev": 2.0}, some
    yield initializers.RandomUniform, {}, some
    yield initializers.RandomUniform, {"minval": -1.0, "maxval": 3.0}, some
    for name in ("GlorotUniform", "GlorotNormal", "HeUniform", "HeNormal"):
        yield getattr(initializers, name), {}, SHAPES
    for name in ("LecunUniform", "LecunNormal"):
        yield getattr(initializers, name), {}, SHAPES[:4]
    scaling = initializers.VarianceScaling
    yield scaling, {}, some
    yield scaling, {"scale": 3.0, "mode": "fan_out", "distribution": "uniform"}, some
    yield scaling, {"mode": "fan_avg", "distribution": "untruncated_normal"}, some


def exact():
    """(config, shape) of the initializer that draws nothing."""
    yield {}, (8, 1, 5)
    yield {"side": "imag"}, (7, 1, 9)
    yield {"window": "hamming", "scaling": "spectrum", "periodic": True}, (8, 1, 5)
    yield {"window": "hamming", "scaling": None}, (6, 1, 3)
    yield {"window": None, "side": "imag"}, (5, 1, 4)
    yield {"window": [0.5, -1.0, 2.0]}, (3, 1, 4)
    yield {}, (1, 1, 2)


def kernel(config, shape):
    values = np.asarray(initializers.STFT(**config)(shape), "float64")
    return {"config": config, "shape": list(shape), "values": [number(x) for x in values.ravel()]}


def record(_here):
    cases = [case(cls, config, shape) for cls, config, shapes in described() for shape in shapes]
    return {"cases": cases, "stft": [kernel(*each) for each in exact()]}


def case(cls, config, shape):
    kind, parameters = drawn(cls(**config), shape)
    moments = moments_of(kind, parameters)
    check(cls(**config), shape, moments)
    return {
        "initializer": camel(cls.__name__),
        "config": {
            key: camel(value) if isinstance(value, str) else value
            for key, value in camel_config(config).items()
        },
        "shape": list(shape),
        "distribution": kind,
        "parameters": {camel(name): number(value) for name, value in parameters.items()},
        **{name: None if value is None else number(value) for name, value in moments.items()},
    }


def drawn(initializer, shape):
    """(kind, parameters) of the one random call the initializer makes, or its constant."""
    caught = []

    def catcher(kind):
        def catch(shape, dtype=None, seed=None, **parameters):
            caught.append((kind, parameters))
            return keras.ops.zeros(shape)

        return catch

    patches = {name: catcher(kind) for name, kind in KINDS.items()}
    with mock.patch.multiple(random_initializers.random, **patches):
        values = np.asarray(initializer(shape))
    return caught[0] if caught else ("constant", {"value": float(values.flat[0])})


def moments_of(kind, p):
    """Mean, standard deviation and limits; a truncated normal is cut at two of its stddev."""
    if kind == "constant":
        return {"mean": p["value"], "std": 0.0, "min": p["value"], "max": p["value"]}
    if kind == "uniform":
        low, high = p["minval"], p["maxval"]
        return {"mean": (low + high) / 2, "std": (high - low) / 12**0.5, "min": low, "max": high}
    if kind == "normal":
        return {"mean": p["mean"], "std": p["stddev"], "min": None, "max": None}
    std = p["stddev"] * stats.truncnorm(-2, 2).std()
    edge = 2 * p["stddev"]
    return {"mean": p["mean"], "std": std, "min": p["mean"] - edge, "max": p["mean"] + edge}


def check(initializer, shape, moments):
    """Keras's own samples must lie within the limits and, where there are many, fit the moments."""
    sample = np.asarray(initializer(shape), "float64")
    if moments["min"] is not None:
        slack = 1e-6 * max(1.0, abs(moments["max"]))
        assert sample.min() >= moments["min"] - slack and sample.max() <= moments["max"] + slack
    if sample.size > 50000:
        assert abs(sample.mean() - moments["mean"]) < 5 * moments["std"] / sample.size**0.5
        assert abs(sample.std() / moments["std"] - 1) < 0.02
