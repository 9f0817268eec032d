"""Records `fit` runs whose optimizer accumulates gradients or keeps means of the weights."""

import keras
import numpy as np

from recorders.record import both, camel_config, numbers, random, tensor

SAMPLES, BATCH, EPOCHS = 12, 4, 3
CASES = [
    ("SGD", {"learning_rate": 0.1, "momentum": 0.9, "gradient_accumulation_steps": 2}),
    ("Adam", {"learning_rate": 0.05, "gradient_accumulation_steps": 4, "clipnorm": 0.5}),
    ("Adam", {"learning_rate": 0.05, "use_ema": True, "ema_momentum": 0.8}),
    ("SGD", {"learning_rate": 0.1, "use_ema": True, "ema_momentum": 0.5, "ema_overwrite_frequency": 2}),
    (
        "RMSprop",
        {
            "learning_rate": 0.05,
            "use_ema": True,
            "ema_momentum": 0.6,
            "ema_overwrite_frequency": 3,
            "gradient_accumulation_steps": 2,
            "weight_decay": 0.1,
        },
    ),
]


def record(_here):
    rng = np.random.default_rng([2, 8])
    weights = [random(rng, (3, 2)), random(rng, (2,))]
    x, y = random(rng, (SAMPLES, 3)), random(rng, (SAMPLES, 2))
    return {
        "batchSize": BATCH,
        "epochs": EPOCHS,
        "weights": [tensor(weight) for weight in weights],
        "x": tensor(x),
        "y": tensor(y),
        "cases": [case(name, config, weights, x, y) for name, config in CASES],
    }


def case(name, config, weights, x, y):
    values, float32_error = both(lambda dtype: run(dtype, name, config, weights, x, y))
    named = camel_config(config)
    if "clipnorm" in named:
        named["clipNorm"] = named.pop("clipnorm")
    return {
        "optimizer": name.lower(),
        "config": named,
        "loss": numbers(values["loss"]),
        "weights": [tensor(weight) for weight in values["weights"]],
        "float32Error": float32_error,
    }


def run(dtype, name, config, weights, x, y):
    model = keras.Sequential([keras.Input((3,)), keras.layers.Dense(2)])
    model.set_weights([weight.astype(dtype) for weight in weights])
    model.compile(getattr(keras.optimizers, name)(**config), loss="mean_squared_error")
    history = model.fit(x, y, batch_size=BATCH, epochs=EPOCHS, shuffle=False, verbose=0).history
    return {"loss": np.array(history["loss"], dtype), "weights": model.get_weights()}
