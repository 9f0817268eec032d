"""Records metrics: the result after each update_state of a run of unequal batches."""

import keras
import numpy as np
from keras import metrics
from keras.src.trainers.compile_utils import get_metric

from recorders.record import both, camel, camel_config, numbers, random, short, tensor

BATCHES = (5, 4, 2)


def record(_here):
    rng = np.random.default_rng([2, 4])
    cases = [case(rng, *one, weighted) for one in described() for weighted in (False, True)]
    rng = np.random.default_rng([3, 4])
    cases += [case(rng, *one, weighted) for one in added() for weighted in (False, True)]
    # Without weights, Keras counts the places of an ignored class among all.
    ignoring = (metrics.SparseCategoricalCrossentropy, {"ignore_class": 1}, sparse_p)
    return {"cases": [*cases, case(rng, *ignoring, True), *by_place(rng)]}


def by_place(rng):
    """A weight for each place rather than each sample, such as a mask."""
    yield case(rng, metrics.MeanSquaredError, {}, regression_rank_3, (2,))
    yield case(rng, metrics.SparseCategoricalAccuracy, {}, sparse_rank_3, (2,))


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


def added():
    for cls in (metrics.MeanAbsolutePercentageError, metrics.MeanSquaredLogarithmicError):
        yield cls, {}, positive
    yield metrics.LogCoshError, {}, regression
    yield metrics.Poisson, {}, positive
    yield metrics.KLDivergence, {}, distributions
    for cls in (metrics.Hinge, metrics.SquaredHinge):
        yield cls, {}, multi_label
    yield metrics.CategoricalHinge, {}, categorical
    yield metrics.BinaryCrossentropy, {"label_smoothing": 0.1}, multi_label
    yield metrics.CategoricalCrossentropy, {"from_logits": True}, categorical
    yield metrics.SparseCategoricalCrossentropy, {}, sparse_p
    yield metrics.Accuracy, {}, whole
    yield metrics.Mean, {}, regression
    yield metrics.Sum, {}, regression
    yield metrics.TopKCategoricalAccuracy, {"k": 2}, categorical
    yield metrics.SparseTopKCategoricalAccuracy, {"k": 2}, sparse
    yield metrics.CosineSimilarity, {}, regression
    yield metrics.CosineSimilarity, {"axis": 1}, regression_rank_3
    yield metrics.PearsonCorrelation, {}, regression
    yield metrics.ConcordanceCorrelation, {}, regression
    yield from thresholded()
    yield from curves()
    yield from scores()
    yield from overlaps()


def thresholded():
    for cls in (
        metrics.TruePositives,
        metrics.FalsePositives,
        metrics.TrueNegatives,
        metrics.FalseNegatives,
    ):
        yield cls, {"thresholds": [0.7, 0.2]}, multi_label
        yield cls, {}, binary
    for cls in (metrics.Precision, metrics.Recall):
        for config in (
            {},
            {"thresholds": [0.3, 0.8]},
            {"thresholds": [0.0, 0.5, 1.0]},
            {"top_k": 2},
            {"class_id": 1},
            {"thresholds": 0.4, "top_k": 1, "class_id": 2},
        ):
            yield cls, config, multi_label


def curves():
    for config in (
        {},
        {"num_thresholds": 5},
        {"curve": "PR"},
        {"curve": "PRGAIN", "num_thresholds": 20},
        {"summation_method": "majoring", "num_thresholds": 7},
        {"summation_method": "minoring", "curve": "PR", "num_thresholds": 7},
        {"thresholds": [0.2, 0.35, 0.9]},
        {"multi_label": True, "num_thresholds": 9},
        {"multi_label": True, "curve": "PR", "label_weights": [0.2, 0.5, 1.0]},
        {"label_weights": [0.2, 0.5, 1.0]},
        {"from_logits": True, "num_thresholds": 50},
    ):
        yield metrics.AUC, config, multi_label
    for cls, name in (
        (metrics.SensitivityAtSpecificity, "specificity"),
        (metrics.SpecificityAtSensitivity, "sensitivity"),
        (metrics.PrecisionAtRecall, "recall"),
        (metrics.RecallAtPrecision, "precision"),
    ):
        yield cls, {name: 0.6}, multi_label
        yield cls, {name: 0.4, "num_thresholds": 1}, multi_label
        yield cls, {name: 0.5, "num_thresholds": 6, "class_id": 1}, multi_label


def scores():
    for average in (None, "micro", "macro", "weighted"):
        yield metrics.F1Score, {"average": average}, categorical
    yield metrics.FBetaScore, {"beta": 2.0, "threshold": 0.4, "average": "macro"}, multi_label
    yield metrics.FBetaScore, {"beta": 0.5, "threshold": 0.4}, multi_label
    for aggregation in ("uniform_average", "variance_weighted_average", None):
        yield metrics.R2Score, {"class_aggregation": aggregation}, regression
    yield metrics.R2Score, {"num_regressors": 2}, regression


def overlaps():
    yield metrics.IoU, {"num_classes": 3, "target_class_ids": [0, 2]}, class_pairs
    yield metrics.MeanIoU, {"num_classes": 3, "ignore_class": 1}, class_pairs
    hot = {"num_classes": 4, "sparse_y_pred": False}
    yield metrics.MeanIoU, {**hot, "sparse_y_true": True}, sparse
    yield metrics.OneHotIoU, {"num_classes": 4, "target_class_ids": [1, 3]}, categorical
    yield metrics.OneHotMeanIoU, {"num_classes": 4}, categorical
    yield metrics.BinaryIoU, {}, binary
    yield metrics.BinaryIoU, {"target_class_ids": [1], "threshold": 0.3}, binary


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


def sparse_rank_3(rng, size):
    y_pred = random(rng, (size, 2, 3))
    return rng.integers(0, 3, size=(size, 2)).astype("int32"), y_pred


def sparse_p(rng, size):
    y_true, y_pred = sparse(rng, size)
    p = np.exp(y_pred.astype("float64"))
    return y_true, short(p / p.sum(axis=-1, keepdims=True))


def positive(rng, size):
    return short(rng.uniform(0.1, 3, size=(size, 3))), short(rng.uniform(0.1, 3, size=(size, 3)))


def distributions(rng, size):
    return short(rng.dirichlet(np.ones(3), size=size)), short(rng.dirichlet(np.ones(3), size=size))


def whole(rng, size):
    return short(rng.integers(0, 2, size=(size, 3))), short(rng.integers(0, 2, size=(size, 3)))


def class_pairs(rng, size):
    """Class numbers on both sides, one of them out of range."""
    y_true, y_pred = rng.integers(0, 3, size=(2, size)).astype("int32")
    y_true[0] = 3
    return y_true, y_pred.astype("float32")


def noisy_labels(rng, y_pred):
    """The right class about two times in three."""
    other = rng.integers(0, y_pred.shape[-1], size=len(y_pred))
    return np.where(rng.uniform(size=len(y_pred)) < 0.6, np.argmax(y_pred, axis=-1), other)


def case(rng, kind, config, make, weighted):
    """weighted: whether samples have weights, or the shape of those of a sample's places."""
    places = () if isinstance(weighted, bool) else weighted
    batches = [
        (*make(rng, size), weights(rng, (size, *places)) if weighted else None) for size in BATCHES
    ]
    values, float32_error = both(lambda dtype: results(kind, config, batches, dtype))
    metric = build(kind, config, batches[0])
    resolved = {"resolvesTo": camel(type(metric).__name__)} if kind == "accuracy" else {}
    return {
        "metric": camel(kind if kind == "accuracy" else kind.__name__),
        "config": named(config),
        **resolved,
        "batches": [batch_as_json(*batch) for batch in batches],
        "results": numbers(values),
        "float32Error": float32_error,
    }


def weights(rng, size):
    weight = short(rng.uniform(0, 2, size=size))
    weight.reshape(-1)[-1] = 0
    return weight


def named(config):
    config = camel_config(config)
    if isinstance(config.get("classAggregation"), str):
        config["classAggregation"] = camel(config["classAggregation"])
    return config


def build(kind, config, batch):
    if kind == "accuracy":
        return get_metric(kind, batch[0], batch[1])
    if "IoU" in kind.__name__:  # which would cut weights to whole numbers
        config = {**config, "dtype": keras.config.floatx()}
    return kind(**config)


def results(kind, config, batches, dtype):
    metric, after_each = build(kind, config, batches[0]), []
    for y_true, y_pred, weight in batches:
        y_true = y_true if y_true.dtype == "int32" else y_true.astype(dtype)
        values = [y_pred.astype(dtype)]  # of which `mean` and `sum` are, whatever the labels
        given = values if kind in (metrics.Mean, metrics.Sum) else [y_true, *values]
        metric.update_state(*given, sample_weight=weight)
        after_each.append(metric.result())
    in_float32 = "IoU" in type(metric).__name__ or "num_regressors" in config
    return np.array(after_each, dtype if in_float32 else None)


def batch_as_json(y_true, y_pred, weight):
    batch = {"yTrue": tensor(y_true), "yPred": tensor(y_pred)}
    return batch if weight is None else {**batch, "sampleWeight": tensor(weight)}
