"""Records schedules at steps 0..99: by the documented formula in float64, beside Keras's float32.

The formula is written out here a second time and must agree with Keras run in float64.
"""

import math

import numpy as np
from keras.optimizers import schedules

from recorders.record import camel, camel_config, numbers, under

STEPS = np.arange(100)


def exponential(step, c):
    p = step / c["decay_steps"]
    p = math.floor(p) if c.get("staircase") else p
    return c["initial_learning_rate"] * c["decay_rate"] ** p


def cosine(step, c):
    start, target = c["initial_learning_rate"], c.get("warmup_target")
    warmup = c.get("warmup_steps", 0) if target is not None else 0
    if step < warmup:
        return start + (target - start) * step / warmup
    p = min(step - warmup, c["decay_steps"]) / c["decay_steps"]
    alpha = c.get("alpha", 0.0)
    top = start if target is None else target
    return top * ((1 - alpha) * 0.5 * (1 + math.cos(math.pi * p)) + alpha)


def piecewise(step, c):
    passed = sum(step > boundary for boundary in c["boundaries"])
    return c["values"][passed]


def polynomial(step, c):
    over, end = c["decay_steps"], c.get("end_learning_rate", 0.0001)
    if c.get("cycle"):
        over *= max(1, math.ceil(step / over))
    p = min(step, over) / over
    return (c["initial_learning_rate"] - end) * (1 - p) ** c.get("power", 1.0) + end


def restarts(step, c):
    length, times, start = c["first_decay_steps"], 0, 0
    while step >= start + length:
        start, times, length = start + length, times + 1, length * c.get("t_mul", 2.0)
    top = c.get("m_mul", 1.0) ** times * 0.5 * (1 + math.cos(math.pi * (step - start) / length))
    alpha = c.get("alpha", 0.0)
    return c["initial_learning_rate"] * ((1 - alpha) * top + alpha)


def inverse_time(step, c):
    p = step / c["decay_steps"]
    p = math.floor(p) if c.get("staircase") else p
    return c["initial_learning_rate"] / (1 + c["decay_rate"] * p)


def described():
    """(class, its formula, config)."""
    start = {"initial_learning_rate": 0.1}
    decay = {**start, "decay_steps": 20, "decay_rate": 0.6}
    yield schedules.ExponentialDecay, exponential, decay
    yield schedules.ExponentialDecay, exponential, {**decay, "staircase": True}
    yield schedules.CosineDecay, cosine, {**start, "decay_steps": 70}
    yield schedules.CosineDecay, cosine, {**start, "decay_steps": 70, "alpha": 0.1}
    warm = {"initial_learning_rate": 0.0, "warmup_target": 0.1, "warmup_steps": 15}
    yield schedules.CosineDecay, cosine, {**warm, "decay_steps": 70}
    warm = {**warm, "initial_learning_rate": 0.01}
    yield schedules.CosineDecay, cosine, {**warm, "decay_steps": 120, "alpha": 0.05}
    values = {"boundaries": [20, 50, 80], "values": [0.1, 0.05, 0.02, 0.001]}
    yield schedules.PiecewiseConstantDecay, piecewise, values
    yield schedules.PiecewiseConstantDecay, piecewise, {"boundaries": [50], "values": [1.0, 0.5]}
    yield schedules.PolynomialDecay, polynomial, {**start, "decay_steps": 60}
    end = {**start, "end_learning_rate": 0.01, "power": 2.0}
    yield schedules.PolynomialDecay, polynomial, {**end, "decay_steps": 60}
    yield schedules.PolynomialDecay, polynomial, {**end, "decay_steps": 30, "cycle": True}
    yield schedules.PolynomialDecay, polynomial, {**end, "decay_steps": 40, "power": 0.5}
    first = {**start, "first_decay_steps": 12}
    yield schedules.CosineDecayRestarts, restarts, first
    yield schedules.CosineDecayRestarts, restarts, {**first, "t_mul": 1.0, "m_mul": 0.8}
    yield schedules.CosineDecayRestarts, restarts, {**first, "t_mul": 1.5, "alpha": 0.1}
    yield schedules.InverseTimeDecay, inverse_time, {**start, "decay_steps": 10, "decay_rate": 0.5}
    yield schedules.InverseTimeDecay, inverse_time, {**decay, "staircase": True}


def record(_here):
    return {"steps": [0, 99], "cases": [case(*one) for one in described()]}


def case(cls, formula, config):
    values = np.array([formula(int(step), config) for step in STEPS])
    keras_at = lambda dtype: np.array([cls(**config)(step) for step in STEPS], dtype)  # noqa: E731
    np.testing.assert_allclose(under("float64", keras_at), values, rtol=1e-12, atol=1e-15)
    return {
        "schedule": camel(cls.__name__),
        "config": camel_config(config),
        "values": numbers(values),
        "kerasFloat32": numbers(under("float32", keras_at)),
    }
