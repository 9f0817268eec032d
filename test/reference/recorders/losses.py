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
    rng = np.random.default_rng([3, 3])
    recorders = (margins, distances, shares, focal, axes, ignored, overlaps, embeddings)
    cases += [one for recorder in recorders for one in recorder(rng)]
    cases += saturated()
    return {"cases": cases + list(weighted_means(np.random.default_rng([4, 3])))}


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


def weighted_means(rng):
    """Divided by the sum of the weights; by the number of values where there are none."""
    config = {"reduction": "mean_with_sample_weight"}
    for cls, shape in (
        (losses.MeanSquaredError, (4, 3)),
        (losses.Huber, (2, 3, 4)),
        (losses.CategoricalCrossentropy, (2, 3, 5)),
    ):
        y_true, y_pred = one_hot(rng, shape), short(rng.uniform(0.1, 1, size=shape))
        for one in weighted_and_not(rng, cls, config, y_true, y_pred):
            yield one | {"config": {"reduction": "meanWithSampleWeight"}}


def margins(rng):
    """Hinge losses, of labels 0 and 1 and of labels -1 and 1."""
    for cls in (losses.Hinge, losses.SquaredHinge):
        for low in (0, -1):
            y_true = short(np.where(rng.uniform(size=(4, 2)) < 0.5, low, 1))
            yield from weighted_and_not(rng, cls, {}, y_true, random(rng, (4, 2), 1.5))
    for shape in ((4, 3), (2, 2, 3)):
        y_true, y_pred = one_hot(rng, shape), random(rng, shape)
        yield case(losses.CategoricalHinge, {}, y_true, y_pred)


def distances(rng):
    for cls in (
        losses.MeanAbsolutePercentageError,
        losses.MeanSquaredLogarithmicError,
        losses.LogCosh,
        losses.Poisson,
    ):
        low = -3 if cls is losses.LogCosh else 0.1
        shapes = ((4, 2), (2, 2, 3))
        for shape in shapes:
            y_true, y_pred = (short(rng.uniform(low, 3, size=shape)) for _ in range(2))
            if cls is losses.MeanSquaredLogarithmicError:
                y_true[0, 0], y_pred[1, 1] = 0, -0.5
            if shape == shapes[0]:
                yield from weighted_and_not(rng, cls, {}, y_true, y_pred)
            else:
                yield case(cls, {}, y_true, y_pred)
    for axis in (-1, 1):
        config = {"axis": axis}
        y_true, y_pred = random(rng, (2, 3, 2)), random(rng, (2, 3, 2))
        yield case(losses.CosineSimilarity, config, y_true, y_pred)
    y_true, y_pred = random(rng, (4, 3)), random(rng, (4, 3))
    yield from weighted_and_not(rng, losses.CosineSimilarity, {}, y_true, y_pred)


def shares(rng):
    """Distributions, and the generalised cross-entropy of their right class."""
    for shape in ((4, 3), (2, 2, 3)):
        y_true, y_pred = (short(rng.dirichlet(np.ones(shape[-1]), shape[:-1])) for _ in range(2))
        y_true.reshape(-1)[0] = 0
        yield case(losses.KLDivergence, {}, y_true, y_pred)
        labels = rng.integers(0, shape[-1], size=shape[:-1]).astype("int32")
        for q in (0.5, 0.8):
            yield case(losses.CategoricalGeneralizedCrossEntropy, {"q": q}, labels, y_pred)


def focal(rng):
    logits = random(rng, (4, 2), 1.5)
    y_true = short(rng.integers(0, 2, size=(4, 2)))
    for config in (
        {},
        {"apply_class_balancing": True, "alpha": 0.6, "gamma": 3.0},
        {"gamma": 1.5, "label_smoothing": 0.1},
    ):
        for kind, y_pred, activation in kinds_of_prediction(config, logits, "sigmoid"):
            yield case(losses.BinaryFocalCrossentropy, kind, y_true, y_pred, activation)
    logits = random(rng, (4, 3), 1.5)
    y_true = one_hot(rng, (4, 3))
    for config in ({}, {"alpha": [0.2, 0.5, 0.9], "gamma": 1.5}, {"label_smoothing": 0.1}):
        for kind, y_pred, activation in kinds_of_prediction(config, logits, "softmax"):
            yield case(losses.CategoricalFocalCrossentropy, kind, y_true, y_pred, activation)


def axes(rng):
    """Classes on another axis than the last (Keras on JAX refuses that for sparse labels)."""
    y_pred = short(rng.dirichlet(np.ones(3), size=(2, 2))).transpose(0, 2, 1)
    hot = one_hot(rng, (2, 2, 3)).transpose(0, 2, 1)
    for cls in (losses.CategoricalCrossentropy, losses.CategoricalFocalCrossentropy):
        yield case(cls, {"axis": 1}, hot, y_pred)
    yield case(losses.CategoricalCrossentropy, {"axis": 1, "from_logits": True}, hot, y_pred)


def ignored(rng):
    for ignore_class, from_logits in ((-1, True), (1, True), (2, False)):
        config = {"ignore_class": ignore_class, "from_logits": from_logits}
        labels = np.array([0, ignore_class, 2, 1, ignore_class], "int32")
        y_pred = short(rng.dirichlet(np.ones(3), size=5))
        yield from weighted_and_not(
            rng, losses.SparseCategoricalCrossentropy, config, labels, y_pred
        )
    config = {"ignore_class": 0}
    labels = np.array([[0, 1, 2], [1, 0, 0]], "int32")
    y_pred = short(rng.dirichlet(np.ones(3), size=(2, 3)))
    yield case(losses.SparseCategoricalCrossentropy, config, labels, y_pred)


def overlaps(rng):
    y_true = short(rng.integers(0, 2, size=(2, 2, 2, 2)))
    y_pred = short(rng.uniform(size=y_true.shape))
    for axis in (None, (1, 2, 3), (0, 1, 2)):
        yield case(losses.Dice, {"axis": axis}, y_true, y_pred)
        config = {"alpha": 0.3, "beta": 0.7, "axis": axis}
        yield case(losses.Tversky, config, y_true, y_pred)


def embeddings(rng):
    """Vectors of length 1, in classes of several, and one class of one."""
    labels = np.array([0, 1, 0, 2, 1, 0], "int32")
    y_pred = rng.normal(size=(6, 3))
    y_pred = short(y_pred / np.linalg.norm(y_pred, axis=-1, keepdims=True))
    for config in ({}, {"gamma": 10.0, "margin": 0.25}, {"remove_diagonal": False}):
        yield from weighted_and_not(rng, losses.Circle, config, labels, y_pred)


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
