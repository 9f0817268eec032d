"""Records the CTC loss with its gradient: repeated labels, an empty row, labels as long as time allows."""

import jax
import keras
import numpy as np

from recorders.record import both, random, tensor

CASES = [
    (6, 4, [[1, 2, 0], [3, 3, 0], [0, 0, 0], [2, 1, 2]]),
    (3, 3, [[1, 2, 1], [2, 0, 0]]),
    (5, 3, [[1, 1, 1]]),
    (1, 3, [[2]]),
]


def record(_here):
    rng = np.random.default_rng([2, 12])
    return {"cases": [case(rng, *given) for given in CASES]}


def case(rng, steps, classes, labels):
    labels = np.array(labels, "int32")
    logits = random(rng, (len(labels), steps, classes), 2)

    def run(dtype):
        def losses(x):
            return keras.losses.CTC(reduction=None)(labels, x)

        x = jax.numpy.asarray(logits, dtype)
        return {"losses": losses(x), "gradient": jax.grad(lambda x: losses(x).sum())(x)}

    values, float32_error = both(run)
    return {
        "labels": tensor(labels),
        "logits": tensor(logits),
        "losses": tensor(values["losses"]),
        "gradient": tensor(values["gradient"]),
        "float32Error": float32_error,
    }
