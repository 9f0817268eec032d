"""Records `fit` runs of a network whose output has a mask: losses and metrics count no padding.

Metrics are those of `evaluate`: on JAX, the training step of Keras loses the mask before its metrics."""

import keras
import numpy as np
from keras import layers, losses, optimizers

from recorders.record import both, numbers, random, tensor

SAMPLES, STEPS, TOKENS, BATCH, EPOCHS = 20, 6, 7, 8, 2

CASES = [
    ("sparseCategoricalCrossentropy", "sumOverBatchSize", "accuracy", True),
    ("sparseCategoricalCrossentropy", "sum", "accuracy", True),
    ("sparseCategoricalCrossentropy", "sum", "accuracy", False),
    ("meanSquaredError", "sumOverBatchSize", "meanAbsoluteError", True),
]
KERAS = {
    "sparseCategoricalCrossentropy": losses.SparseCategoricalCrossentropy,
    "meanSquaredError": losses.MeanSquaredError,
    "sumOverBatchSize": "sum_over_batch_size",
    "sum": "sum",
    "accuracy": "accuracy",
    "meanAbsoluteError": "mean_absolute_error",
}


def record(_here):
    rng = np.random.default_rng([2, 11])
    weights = [random(rng, w.shape, 0.5) for w in network("float32").get_weights()]
    x = rng.integers(1, TOKENS, (SAMPLES, STEPS)).astype("int32")
    for row, length in zip(x, rng.integers(0, STEPS + 1, SAMPLES)):
        row[length:] = 0
    x[BATCH : 2 * BATCH, 1:] = 0
    labels = rng.integers(0, 3, (SAMPLES, STEPS)).astype("int32")
    values = random(rng, (SAMPLES, STEPS, 3))
    return {
        "batchSize": BATCH,
        "epochs": EPOCHS,
        "weights": [tensor(weight) for weight in weights],
        "x": tensor(x),
        "labels": tensor(labels),
        "values": tensor(values),
        "cases": [case(weights, x, labels, values, *names) for names in CASES],
    }


def network(dtype, masked=True):
    keras.config.set_floatx(dtype)
    return keras.Sequential(
        [
            keras.Input((STEPS,), dtype="int32"),
            layers.Embedding(TOKENS, 4, mask_zero=masked),
            layers.LSTM(5, return_sequences=True),
            layers.Dense(3, "softmax"),
        ]
    )


def case(weights, x, labels, values, loss, reduction, metric, masked):
    y = labels if loss.startswith("sparse") else values

    def run(dtype):
        model = network(dtype, masked)
        model.set_weights([weight.astype(dtype) for weight in weights])
        model.compile(
            optimizers.SGD(learning_rate=0.1),
            loss=KERAS[loss](reduction=KERAS[reduction]),
            metrics=[KERAS[metric]],
        )
        history = model.fit(x, y, batch_size=BATCH, epochs=EPOCHS, shuffle=False, verbose=0).history
        measured = model.evaluate(x, y, batch_size=BATCH, verbose=0)
        return {
            "history": np.array(history["loss"], dtype),
            "evaluate": np.array(measured, dtype),
            "weights": model.get_weights(),
        }

    result, float32_error = both(run)
    return {
        "loss": loss,
        "reduction": reduction,
        "metric": metric,
        "masked": masked,
        "history": numbers(result["history"]),
        "evaluate": numbers(result["evaluate"]),
        "weights": [tensor(weight) for weight in result["weights"]],
        "float32Error": float32_error,
    }
