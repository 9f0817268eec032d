"""Records `fit` runs of a network whose output has a mask, or weights for its places: losses and
metrics count no padding, and each place with its weight.

Metrics are those of `evaluate`: on JAX, the training step of Keras loses the mask before its metrics."""

import keras
import numpy as np
from keras import layers, losses, optimizers

from recorders.record import both, numbers, random, short, tensor

SAMPLES, STEPS, TOKENS, BATCH, EPOCHS = 20, 6, 7, 8, 2

SPARSE = "sparseCategoricalCrossentropy"
CASES = [
    (SPARSE, "sumOverBatchSize", "accuracy", True, None),
    (SPARSE, "sum", "accuracy", True, None),
    (SPARSE, "sum", "accuracy", False, None),
    ("meanSquaredError", "sumOverBatchSize", "meanAbsoluteError", True, None),
    (SPARSE, "sumOverBatchSize", "accuracy", False, "places"),
    (SPARSE, "sumOverBatchSize", "accuracy", True, "places"),
    (SPARSE, "sumOverBatchSize", "accuracy", True, "samples"),
    (SPARSE, "sum", "accuracy", True, "places"),
    (SPARSE, "meanWithSampleWeight", "accuracy", True, "places"),
    (SPARSE, "meanWithSampleWeight", "accuracy", True, "samples"),
    (SPARSE, "meanWithSampleWeight", "accuracy", True, None),
    ("meanSquaredError", "meanWithSampleWeight", "meanAbsoluteError", False, "places"),
    ("meanSquaredError", "sumOverBatchSize", "meanAbsoluteError", False, "places"),
]
KERAS = {
    "sparseCategoricalCrossentropy": losses.SparseCategoricalCrossentropy,
    "meanSquaredError": losses.MeanSquaredError,
    "sumOverBatchSize": "sum_over_batch_size",
    "sum": "sum",
    "meanWithSampleWeight": "mean_with_sample_weight",
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
    counts = {
        "places": short(rng.uniform(0, 2, (SAMPLES, STEPS))),
        "samples": short(rng.uniform(0, 2, (SAMPLES, 1))),
    }
    data = (x, labels, values, counts)
    return {
        "batchSize": BATCH,
        "epochs": EPOCHS,
        "weights": [tensor(weight) for weight in weights],
        "x": tensor(x),
        "labels": tensor(labels),
        "values": tensor(values),
        "sampleWeights": {name: tensor(given) for name, given in counts.items()},
        "cases": [case(weights, data, *names) for names in CASES],
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


def case(weights, data, loss, reduction, metric, masked, weighted):
    x, labels, values, counts = data
    given = counts.get(weighted)
    chosen = "metrics" if given is None else "weighted_metrics"
    y = labels if loss.startswith("sparse") else values

    def run(dtype):
        model = network(dtype, masked)
        model.set_weights([weight.astype(dtype) for weight in weights])
        model.compile(
            optimizers.SGD(learning_rate=0.1),
            loss=KERAS[loss](reduction=KERAS[reduction]),
            **{chosen: [KERAS[metric]]},
        )
        options = {"sample_weight": given, "batch_size": BATCH, "verbose": 0}
        history = model.fit(x, y, epochs=EPOCHS, shuffle=False, **options).history
        measured = model.evaluate(x, y, **options)
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
        "weighted": weighted,
        "history": numbers(result["history"]),
        "evaluate": numbers(result["evaluate"]),
        "weights": [tensor(weight) for weight in result["weights"]],
        "float32Error": float32_error,
    }
