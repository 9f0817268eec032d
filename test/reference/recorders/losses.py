"""Records losses: the value, the values before reduction, and the gradient to yPred.

Where `activation` is set, yPred is what goes into it: the pair a library may compute from logits.
"""

import jax
import numpy as np
from keras import activations, losses

from recorders.record import both, camel, camel_config, number, random, short, tensor, under

REGRESSION = [
    (losses.MeanSquaredError, {}),
    (losses.MeanAbsoluteError, {}),
    (losses.Huber, {"delta": 1.0}),
    (losses.Huber, {"delta": 0.5}),
]
SMOOTHING = (0.0, 0.1)


def record(_here):
    rng = np.random.default_rng([2, 3])
    recorders = (regression, binary, categorical, sparse, reductions)
    cases = [one for recorder in recorders for one in recorder(rng)]
    return {"cases": cases + saturated()}


def regression(rng):
    """Shapes of yTrue and yPred: equal, rank 3, one column, and a yTrue that Keras expands."""
    for cls, config in REGRESSION:
        for true_shape, shape in (((6, 3),) * 2, ((2, 3, 4),) * 2, ((5, 1),) * 2, ((5,), (5, 1))):
            y_true, y_pred = random(rng, true_shape, 1.5), random(rng, shape, 1.5)
            yield from weighted_and_not(rng, cls, config, y_true, y_pred)


def binary(rng):
    for shape in ((6, 1), (5, 3)):
        y_true = short(rng.integers(0, 2, size=shape))
        logits = random(rng, shape, 2.0)
        for smoothing in SMOOTHING:
            config = {"from_logits": False, "label_smoothing": smoothing}
            kinds = kinds_of_prediction(config, logits, "sigmoid")
            for kind, y_pred, activation in kinds:
                cls = losses.BinaryCrossentropy
                yield from weighted_and_not(rng, cls, kind, y_true, y_pred, activation)


def categorical(rng):
    for shape in ((6, 4), (2, 3, 5)):
        y_true = one_hot(rng, shape)
        logits = random(rng, shape, 2.0)
        for smoothing in SMOOTHING:
            config = {"from_logits": False, "label_smoothing": smoothing}
            kinds = kinds_of_prediction(config, logits, "softmax")
            for kind, y_pred, activation in kinds:
                cls = losses.CategoricalCrossentropy
                yield from weighted_and_not(rng, cls, kind, y_true, y_pred, activation)
    soft = short(rng.dirichlet(np.ones(4), size=5))
    config = {"from_logits": True, "label_smoothing": 0.0}
    yield case(losses.CategoricalCrossentropy, config, soft, random(rng, (5, 4), 2.0))
    config = {"from_logits": False, "label_smoothing": 0.0}
    not_normalised = short(rng.uniform(0.1, 2.0, size=(5, 4)))
    yield case(losses.CategoricalCrossentropy, config, soft, not_normalised)


def sparse(rng):
    for true_shape, shape in (((6,), (6, 4)), ((6, 1), (6, 4)), ((2, 3), (2, 3, 5))):
        y_true = rng.integers(0, shape[-1], size=true_shape).astype("int32")
        logits = random(rng, shape, 2.0)
        for kind, y_pred, activation in kinds_of_prediction(
            {"from_logits": False}, logits, "softmax"
        ):
            cls = losses.SparseCategoricalCrossentropy
            yield from weighted_and_not(rng, cls, kind, y_true, y_pred, activation)


def reductions(rng):
    """`sum`, and `none`, whose gradient is that of the sum of the values."""
    for reduction in ("sum", "none"):
        config = {"reduction": reduction}
        y_true, y_pred = random(rng, (4, 3)), random(rng, (4, 3))
        yield from weighted_and_not(rng, losses.MeanSquaredError, config, y_true, y_pred)


def saturated():
    """Probabilities of exactly 0 and 1, and logits far out. Probabilities are clipped to
    [1e-7, 1 - 1e-7], and float32 has no such number, so these expect what float32 Keras gives."""
    y_true = short([[0, 1, 0, 1]] * 2 + [[1, 1, 0, 0]])
    y_pred = short([[0, 1, 1, 0], [0.5, 0.25, 1, 0], [1, 0, 0, 1]])
    for_float32 = {"dtype": "float32"}
    hot, p = short(np.eye(3)), short([[1, 0, 0], [1, 0, 0], [0.5, 0.5, 0]])
    labels = np.array([0, 1, 2], "int32")
    logits = short([[100, -100, 0], [1000, -1000, 3], [-90, 90, 200]])
    made = [
        case(losses.BinaryCrossentropy, {"from_logits": False}, y_true, y_pred, **for_float32),
        case(losses.CategoricalCrossentropy, {"from_logits": False}, hot, p, **for_float32),
        case(
            losses.SparseCategoricalCrossentropy, {"from_logits": False}, labels, p, **for_float32
        ),
    ]
    far = {"from_logits": True}
    made.append(
        case(losses.BinaryCrossentropy, far, short([[1, 0, 1], [0, 0, 1], [1, 0, 1]]), logits)
    )
    made.append(case(losses.CategoricalCrossentropy, far, hot, logits))
    made.append(case(losses.SparseCategoricalCrossentropy, far, labels, logits))
    return made


def kinds_of_prediction(config, logits, activation):
    """(config, yPred, activation): probabilities, logits, and logits through the activation."""
    p = getattr(activations, activation)(logits.astype("float64"))
    yield config, short(p), None
    yield {**config, "from_logits": True}, logits, None
    yield config, logits, activation


def one_hot(rng, shape):
    return np.eye(shape[-1], dtype="float32")[rng.integers(0, shape[-1], size=shape[:-1])]


def weighted_and_not(rng, cls, config, y_true, y_pred, activation=None):
    yield case(cls, config, y_true, y_pred, activation)
    weight = short(rng.uniform(0, 2, size=y_pred.shape[:-1]))
    weight.reshape(-1)[1] = 0
    yield case(cls, config, y_true, y_pred, activation, weight)


def case(cls, config, y_true, y_pred, activation=None, weight=None, dtype="float64"):
    def run(chosen):
        return value_and_gradient(cls, config, y_true, y_pred, activation, weight, chosen)

    values, float32_error = both(run)
    if dtype == "float32":
        values = under("float32", run)
    given = {"loss": camel(cls.__name__), "config": camel_config(config)}
    if activation:
        given["activation"] = activation
    given |= {"yTrue": tensor(y_true), "yPred": tensor(y_pred)}
    if weight is not None:
        given["sampleWeight"] = tensor(weight)
    return given | {
        "perSample": tensor(values["per_sample"]),
        "value": number(values["value"]) if values["value"].ndim == 0 else tensor(values["value"]),
        "gradYPred": tensor(values["gradient"]),
        "dtype": dtype,
        "float32Error": float32_error,
    }


def value_and_gradient(cls, config, y_true, y_pred, activation, weight, dtype):
    before = getattr(activations, activation) if activation else lambda x: x
    loss = cls(**config)

    def total(x):
        value = loss(y_true, before(x), sample_weight=weight)
        return jax.numpy.sum(value), value

    x = jax.numpy.asarray(y_pred, dtype)
    (_, value), gradient = jax.value_and_grad(total, has_aux=True)(x)
    each = cls(**{**config, "reduction": None})(y_true, before(x))
    return {"value": value, "gradient": gradient, "per_sample": each}
