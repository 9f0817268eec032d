"""Records what a stateful network gives, call after call: states go on over batches and calls, and are
reset by hand. One network with one recurrent layer a case.

The network is called batch by batch: `predict` and `evaluate` of Keras on JAX lose the states."""

import keras
import numpy as np
from keras import layers

from recorders.record import both, numbers, random, tensor

ROWS, STEPS, FEATURES, BATCH = 4, 3, 5, 2
LAYERS = {
    "simpleRNN": lambda **options: layers.SimpleRNN(3, **options),
    "gru": lambda **options: layers.GRU(3, **options),
    "lstm": lambda **options: layers.LSTM(3, **options),
    "bidirectional": lambda **options: layers.Bidirectional(layers.GRU(3, **options)),
}
CALLS = ["predict", "predict", "evaluate", "predict", "reset", "predict", "reset", "evaluate"]


def record(_here):
    rng = np.random.default_rng([12, 1])
    x, y = random(rng, (ROWS, STEPS, FEATURES)), random(rng, (ROWS, 1))
    return {
        "batchSize": BATCH,
        "calls": CALLS,
        "x": tensor(x),
        "y": tensor(y),
        "cases": [case(rng, kind, x, y) for kind in LAYERS],
    }


def network(dtype, kind):
    keras.config.set_floatx(dtype)
    given = keras.Input(batch_shape=(BATCH, STEPS, FEATURES))
    recurrent = LAYERS[kind](stateful=True)
    return keras.Model(given, layers.Dense(1)(recurrent(given))), recurrent


def case(rng, kind, x, y):
    trained = network("float32", kind)[0].trainable_variables
    weights = [random(rng, weight.shape, 0.7) for weight in trained]

    def run(dtype):
        model, recurrent = network(dtype, kind)
        for variable, weight in zip(model.trainable_variables, weights):
            variable.assign(weight.astype(dtype))
        recurrent.reset_state()
        batches = [x[at : at + BATCH].astype(dtype) for at in range(0, ROWS, BATCH)]
        outputs = lambda: np.concatenate([model(batch) for batch in batches])  # noqa: E731
        calls = {
            "predict": lambda: outputs()[:, 0],
            "evaluate": lambda: [np.mean((outputs() - y) ** 2)],
            "reset": lambda: recurrent.reset_state() or [],
        }
        return [np.array(calls[call](), dtype) for call in CALLS]

    results, float32_error = both(run)
    return {
        "layer": kind,
        "weights": [tensor(weight) for weight in weights],
        "results": [numbers(result) for result in results],
        "float32Error": float32_error,
    }
