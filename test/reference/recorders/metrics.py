"""Records metrics: the result after each update_state of a run of unequal batches."""

import numpy as np
from keras import metrics
from keras.src.trainers.compile_utils import get_metric

from recorders.record import both, camel, camel_config, numbers, random, short, tensor

BATCHES = (5, 4, 2)


def record(_here):
    rng = np.random.default_rng([2, 4])
    return {
        "cases": [case(rng, *one, weighted) for one in described() for weighted in (False, True)]
    }


def described():
    """(class or "accuracy", config, the maker of a batch)."""
    for make in (binary, multi_label):
        yield metrics.BinaryAccuracy, {}, make
    yield metrics.BinaryAccuracy, {"threshold": 0.7}, binary
    yield metrics.CategoricalAccuracy, {}, categorical
    yield metrics.CategoricalAccuracy, {}, categorical_ties
    yield metrics.SparseCategoricalAccuracy, {}, sparse
    yield metrics.SparseCategoricalAccuracy, {}, sparse_column
    for make in (binary, multi_label, categorical, sparse, sparse_column):
        yield "accuracy", {}, make
    for cls in (metrics.MeanSquaredError, metrics.MeanAbsoluteError, metrics.RootMeanSquaredError):
        for make in (regression, regression_column, regression_rank_3):
            yield cls, {}, make


def binary(rng, size):
    y_pred = short(rng.uniform(size=(size, 1)))
    y_pred[0] = 0.5
    return short(rng.integers(0, 2, size=(size, 1))), y_pred


def multi_label(rng, size):
    return short(rng.integers(0, 2, size=(size, 3))), short(rng.uniform(size=(size, 3)))


def categorical(rng, size):
    y_pred = random(rng, (size, 4))
    return np.eye(4, dtype="float32")[noisy_labels(rng, y_pred)], y_pred


def categorical_ties(rng, size):
    """Equal scores: the first of them counts."""
    y_pred = short(rng.integers(0, 2, size=(size, 3)))
    return np.eye(3, dtype="float32")[noisy_labels(rng, y_pred)], y_pred


def sparse(rng, size):
    y_pred = random(rng, (size, 4))
    return noisy_labels(rng, y_pred).astype("int32"), y_pred


def sparse_column(rng, size):
    y_true, y_pred = sparse(rng, size)
    return y_true[:, None], y_pred


def regression(rng, size):
    return random(rng, (size, 3)), random(rng, (size, 3))


def regression_column(rng, size):
    return random(rng, (size, 1)), random(rng, (size, 1))


def regression_rank_3(rng, size):
    return random(rng, (size, 2, 3)), random(rng, (size, 2, 3))


def noisy_labels(rng, y_pred):
    """The right class about two times in three."""
    other = rng.integers(0, y_pred.shape[-1], size=len(y_pred))
    return np.where(rng.uniform(size=len(y_pred)) < 0.6, np.argmax(y_pred, axis=-1), other)


def case(rng, kind, config, make, weighted):
    batches = [(*make(rng, size), weights(rng, size) if weighted else None) for size in BATCHES]
    values, float32_error = both(lambda dtype: results(kind, config, batches, dtype))
    metric = build(kind, config, batches[0])
    resolved = {"resolvesTo": camel(type(metric).__name__)} if kind == "accuracy" else {}
    return {
        "metric": camel(kind if kind == "accuracy" else kind.__name__),
        "config": camel_config(config),
        **resolved,
        "batches": [batch_as_json(*batch) for batch in batches],
        "results": numbers(values),
        "float32Error": float32_error,
    }


def weights(rng, size):
    weight = short(rng.uniform(0, 2, size=size))
    weight[-1] = 0
    return weight


def build(kind, config, batch):
    return get_metric(kind, batch[0], batch[1]) if kind == "accuracy" else kind(**config)


def results(kind, config, batches, dtype):
    metric, after_each = build(kind, config, batches[0]), []
    for y_true, y_pred, weight in batches:
        y_true = y_true if y_true.dtype == "int32" else y_true.astype(dtype)
        metric.update_state(y_true, y_pred.astype(dtype), sample_weight=weight)
        after_each.append(metric.result())
    return np.array(after_each)


def batch_as_json(y_true, y_pred, weight):
    batch = {"yTrue": tensor(y_true), "yPred": tensor(y_pred)}
    return batch if weight is None else {**batch, "sampleWeight": tensor(weight)}
