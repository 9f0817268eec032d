"""Records optimizers: the weights of two variables after each of 20 fixed gradients, and the slots.

Step 8's gradients are all zero, and step 13's are a hundred times larger than the others.
"""

import keras
import numpy as np
from keras import optimizers
from keras.optimizers import schedules

from recorders.record import both, camel, camel_config, numbers, random, short, tensor

STEPS = 20
SHAPES = {"kernel": (3, 2), "bias": (2,)}
CLIPS = [{"clipvalue": 0.3}, {"clipnorm": 0.5}, {"global_clipnorm": 0.5}]


def record(_here):
    rng = np.random.default_rng([2, 5])
    start = [random(rng, shape) for shape in SHAPES.values()]
    gradients = [[gradient(rng, shape, step) for shape in SHAPES.values()] for step in range(STEPS)]
    return {
        "variables": [{"name": name, **tensor(v)} for name, v in zip(SHAPES, start)],
        "gradients": [[numbers(g) for g in step] for step in gradients],
        "cases": [case(*one, start, gradients) for one in described()],
    }


def gradient(rng, shape, step):
    scale = {7: 0.0, 12: 100.0}.get(step, 1.0)
    return short(random(rng, shape) * scale)


def described():
    """(class, config)."""
    sgd, adam, adamw, rmsprop = (
        optimizers.SGD,
        optimizers.Adam,
        optimizers.AdamW,
        optimizers.RMSprop,
    )
    yield sgd, {"learning_rate": 0.01}
    yield sgd, {"learning_rate": 0.1, "momentum": 0.9}
    yield sgd, {"learning_rate": 0.1, "momentum": 0.9, "nesterov": True}
    for clip in CLIPS:
        yield sgd, {"learning_rate": 0.1, "momentum": 0.9, **clip}
    yield sgd, {"learning_rate": 0.1, "weight_decay": 0.01}
    yield adam, {}
    yield adam, {"learning_rate": 0.01, "beta_1": 0.8, "beta_2": 0.99, "epsilon": 1e-3}
    yield adam, {"learning_rate": 0.01, "amsgrad": True}
    for clip in CLIPS:
        yield adam, {"learning_rate": 0.01, **clip}
    yield adamw, {}
    yield adamw, {"learning_rate": 0.01, "weight_decay": 0.1}
    yield adamw, {"learning_rate": 0.01, "weight_decay": 0.1, "amsgrad": True, "clipnorm": 0.5}
    yield rmsprop, {}
    yield rmsprop, {"learning_rate": 0.01, "momentum": 0.9}
    yield rmsprop, {"learning_rate": 0.01, "centered": True}
    yield rmsprop, {"learning_rate": 0.01, "rho": 0.8, "momentum": 0.5, "centered": True}
    for clip in CLIPS:
        yield rmsprop, {"learning_rate": 0.01, **clip}
    yield from others()
    decay = {"initial_learning_rate": 0.1, "decay_steps": 5, "decay_rate": 0.5}
    yield sgd, {"learning_rate": ("ExponentialDecay", decay)}
    yield adam, {"learning_rate": ("ExponentialDecay", decay)}


def others():
    fast = {"learning_rate": 0.1}
    spared = {"weight_decay": 0.1, "exclude_from_weight_decay": ["bias"]}
    yield optimizers.SGD, {**fast, **spared}
    for cls, config in (
        (optimizers.Adagrad, {"initial_accumulator_value": 0.5, "epsilon": 1e-3}),
        (optimizers.Adadelta, {"rho": 0.8, "epsilon": 1e-3}),
        (optimizers.Adamax, {"beta_1": 0.8, "beta_2": 0.9, "epsilon": 1e-3}),
        (optimizers.Nadam, {"beta_1": 0.8, "beta_2": 0.9, "epsilon": 1e-3}),
        (optimizers.Lion, {"beta_1": 0.7, "beta_2": 0.9}),
        (optimizers.Lamb, {"beta_1": 0.8, "beta_2": 0.9, "epsilon": 1e-3}),
        (optimizers.Adafactor, {"beta_2_decay": -0.5, "clip_threshold": 0.5, "epsilon_2": 0.1}),
    ):
        yield cls, {}
        yield cls, {**fast, **config, **spared}
    yield optimizers.Ftrl, {}
    regularized = {
        "l1_regularization_strength": 0.2,
        "l2_regularization_strength": 0.1,
        "l2_shrinkage_regularization_strength": 0.05,
        "beta": 0.3,
    }
    yield optimizers.Ftrl, {**fast, **regularized, "initial_accumulator_value": 0.2}
    yield optimizers.Ftrl, {**fast, "learning_rate_power": -0.8, "clipnorm": 0.5}
    yield optimizers.Muon, {}
    yield optimizers.Muon, {**fast, "nesterov": False, "ns_steps": 3, "adam_lr_ratio": 0.5}
    own = {"momentum": 0.8, "rms_rate": None, "weight_decay": 0.1, "adam_weight_decay": 0.0}
    yield optimizers.Muon, {**fast, **own}


def case(cls, config, start, gradients):
    values, float32_error = both(lambda dtype: run(cls, config, start, gradients, dtype))
    return {
        "optimizer": cls.__name__.lower(),
        "config": json_config(config),
        "weights": [[numbers(v) for v in step] for step in values["weights"]],
        "slots": {
            name: [numbers(slot[owner]) if owner in slot else None for owner in SHAPES]
            for name, slot in values["slots"].items()
        },
        "float32Error": float32_error,
    }


def json_config(config):
    named = camel_config(config)
    if isinstance(named.get("learningRate"), tuple):
        name, schedule_config = named["learningRate"]
        named["learningRate"] = {"schedule": camel(name), "config": camel_config(schedule_config)}
    return named


def run(cls, config, start, gradients, dtype):
    made = dict(config)
    if isinstance(made.get("learning_rate"), tuple):
        name, schedule_config = made["learning_rate"]
        made["learning_rate"] = getattr(schedules, name)(**schedule_config)
    spared = made.pop("exclude_from_weight_decay", None)
    optimizer = cls(**made)
    if spared:
        optimizer.exclude_from_weight_decay(var_names=spared)
    variables = [keras.Variable(v.astype(dtype), name=name) for name, v in zip(SHAPES, start)]
    weights = []
    for step in gradients:
        optimizer.apply([keras.ops.convert_to_tensor(g, dtype) for g in step], variables)
        weights.append([np.array(v.value) for v in variables])
    return {"weights": weights, "slots": slots(optimizer)}


def slots(optimizer):
    """{slot name: {"kernel": …, "bias": …}}, from variables named `sgd/kernel_momentum`.

    Adafactor's means by row and column have no name of their own, and are left out."""
    found = {}
    for variable in optimizer.variables:
        owner, _, slot = variable.path.split("/")[-1].partition("_")
        if owner in SHAPES and slot:
            found.setdefault(camel(slot), {})[owner] = np.array(variable.value)
    return found
