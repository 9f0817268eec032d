"""Records `fit` runs of small networks: fixed weights, data in order, a ragged last batch."""

import keras
import numpy as np
from keras import layers, optimizers

from recorders.record import both, camel, camel_config, number, numbers, random, short, tensor

SAMPLES, HELD_OUT, BATCH, EPOCHS = 30, 10, 8, 3


def record(_here):
    rng = np.random.default_rng([2, 6])
    tasks = [classification(rng), regression(rng), binary(rng), sparse(rng)]
    return {
        "batchSize": BATCH,
        "epochs": EPOCHS,
        "tasks": [task_as_json(task) for task in tasks],
        "cases": [case(task, name) for task in tasks for name in task["variants"]],
        "functional": functional(np.random.default_rng([2, 7])),
    }


def classification(rng):
    teacher = rng.normal(size=(8, 4))
    label = lambda x: np.eye(4, dtype="float32")[np.argmax(x @ teacher, axis=-1)]  # noqa: E731
    return task(
        rng,
        "classification",
        widths=[(16, "relu"), (4, "softmax")],
        label=label,
        compile_with=("Adam", {"learning_rate": 0.01}, "categorical_crossentropy", ["accuracy"]),
        variants=[
            "plain",
            "validationData",
            "validationSplit",
            "classWeight",
            "sampleWeight",
            "sampleWeightSplit",
        ],
    )


def regression(rng):
    teacher = rng.normal(size=(8, 2)) / 3
    return task(
        rng,
        "regression",
        widths=[(16, "tanh"), (2, "linear")],
        label=lambda x: short(np.sin(x @ teacher)),
        compile_with=(
            "SGD",
            {"learning_rate": 0.05, "momentum": 0.9, "nesterov": True},
            "mean_squared_error",
            ["mean_absolute_error", "root_mean_squared_error"],
        ),
        variants=["plain", "validationData", "validationSplit", "sampleWeight"],
    )


def binary(rng):
    teacher = rng.normal(size=(8, 1))
    return task(
        rng,
        "binary",
        widths=[(16, "silu"), (1, "sigmoid")],
        label=lambda x: (x @ teacher > 0).astype("float32"),
        compile_with=("RMSprop", {"learning_rate": 0.01}, "binary_crossentropy", ["accuracy"]),
        variants=["validationData", "classWeight"],
    )


def sparse(rng):
    teacher = rng.normal(size=(8, 4))
    return task(
        rng,
        "sparse",
        widths=[(16, "gelu"), (4, "softmax")],
        label=lambda x: np.argmax(x @ teacher, axis=-1).astype("int32"),
        compile_with=(
            "AdamW",
            {"learning_rate": 0.01, "weight_decay": 0.05},
            "sparse_categorical_crossentropy",
            ["accuracy"],
        ),
        variants=["validationData", "classWeight"],
    )


def task(rng, name, widths, label, compile_with, variants):
    x, x_val = random(rng, (SAMPLES, 8)), random(rng, (HELD_OUT, 8))
    sizes = [8] + [units for units, _ in widths]
    weights = []
    for fan_in, fan_out in zip(sizes, sizes[1:]):
        weights += [random(rng, (fan_in, fan_out), fan_in**-0.5), random(rng, (fan_out,), 0.1)]
    return {
        "name": name,
        "widths": widths,
        "compile": compile_with,
        "variants": variants,
        "weights": weights,
        "x": x,
        "y": label(x),
        "x_val": x_val,
        "y_val": label(x_val),
        "class_weight": {0: 0.5, 1: 2.0, 3: 1.25},
        "sample_weight": short(rng.uniform(0, 2, size=SAMPLES)),
    }


def task_as_json(task):
    optimizer, optimizer_config, loss, metrics = task["compile"]
    return {
        "name": task["name"],
        "layers": [
            {"units": u, "activation": camel(a), "inputShape": [8]} for u, a in task["widths"][:1]
        ]
        + [{"units": u, "activation": camel(a)} for u, a in task["widths"][1:]],
        "optimizer": optimizer.lower(),
        "optimizerConfig": camel_config(optimizer_config),
        "loss": camel(loss),
        "metrics": [camel(metric) for metric in metrics],
        "weights": [tensor(weight) for weight in task["weights"]],
        "x": tensor(task["x"]),
        "y": tensor(task["y"]),
        "xVal": tensor(task["x_val"]),
        "yVal": tensor(task["y_val"]),
        "classWeight": {str(key): value for key, value in task["class_weight"].items()},
        "sampleWeight": tensor(task["sample_weight"]),
    }


def case(task, variant):
    values, float32_error = both(lambda dtype: run(task, variant, dtype))
    return {
        "task": task["name"],
        "variant": variant,
        "history": {key: numbers(each) for key, each in values["history"].items()},
        "evaluate": {key: number(value) for key, value in values["evaluate"].items()},
        "predictions": tensor(values["predictions"]),
        "weights": [tensor(weight) for weight in values["weights"]],
        "float32Error": float32_error,
    }


def run(task, variant, dtype):
    model = build(task, dtype)
    history = model.fit(
        task["x"],
        task["y"],
        batch_size=BATCH,
        epochs=EPOCHS,
        shuffle=False,
        verbose=0,
        **fit_options(task, variant),
    ).history
    held_out = model.evaluate(
        task["x_val"], task["y_val"], batch_size=BATCH, verbose=0, return_dict=True
    )
    return {
        "history": {camel(key): np.array(values, dtype) for key, values in history.items()},
        "evaluate": {camel(key): np.array(value, dtype) for key, value in held_out.items()},
        "predictions": model.predict(task["x_val"], batch_size=BATCH, verbose=0),
        "weights": model.get_weights(),
    }


def build(task, dtype):
    optimizer, optimizer_config, loss, metrics = task["compile"]
    model = keras.Sequential([keras.Input((8,))])
    for units, activation in task["widths"]:
        model.add(layers.Dense(units, activation=activation))
    model.set_weights([weight.astype(dtype) for weight in task["weights"]])
    made = [
        keras.metrics.RootMeanSquaredError() if m == "root_mean_squared_error" else m
        for m in metrics
    ]
    model.compile(getattr(optimizers, optimizer)(**optimizer_config), loss=loss, metrics=made)
    return model


def fit_options(task, variant):
    weights = {"sample_weight": task["sample_weight"]}
    return {
        "plain": {},
        "validationData": {"validation_data": (task["x_val"], task["y_val"])},
        "validationSplit": {"validation_split": 0.2},
        "classWeight": {"class_weight": task["class_weight"]},
        "sampleWeight": weights,
        "sampleWeightSplit": {**weights, "validation_split": 0.2},
    }[variant]


def functional(rng):
    """Two inputs through a shared layer, two outputs with losses of their own."""
    made = functional_model("float32")
    weights = [
        random(rng, w.shape, (w.shape[0] if w.ndim == 2 else 100) ** -0.5) for w in made.get_weights()
    ]
    given = {
        "a": random(rng, (SAMPLES, 6)),
        "b": random(rng, (SAMPLES, 6)),
        "score": random(rng, (SAMPLES, 1)),
        "kind": np.eye(3, dtype="float32")[rng.integers(0, 3, SAMPLES)],
        "scoreWeight": short(rng.uniform(0, 2, SAMPLES)),
        "kindWeight": short(rng.uniform(0, 2, SAMPLES)),
    }
    cases = []
    for variant in ["plain", "sampleWeight"]:
        run = lambda dtype: functional_run(dtype, weights, given, variant)  # noqa: B023, E731
        values, float32_error = both(run)
        cases.append(
            {
                "variant": variant,
                "history": {key: numbers(each) for key, each in values["history"].items()},
                "predictions": [tensor(each) for each in values["predictions"]],
                "weights": [tensor(weight) for weight in values["weights"]],
                "float32Error": float32_error,
            }
        )
    return {
        "weights": [tensor(weight) for weight in weights],
        "given": {key: tensor(value) for key, value in given.items()},
        "cases": cases,
    }


def functional_model(dtype):
    keras.config.set_floatx(dtype)
    a, b = keras.Input((6,), name="a"), keras.Input((6,), name="b")
    shared = layers.Dense(8, "tanh", name="shared")
    first, second = shared(a), shared(b)
    own = layers.Dense(8, "relu", name="own", kernel_regularizer=keras.regularizers.L2(0.01))(first)
    both_ = layers.Add(name="both")([own, second])
    score = layers.Dense(1, name="score")(both_)
    kind = layers.Dense(3, "softmax", name="kind")(own)
    return keras.Model([a, b], [score, kind])


def functional_run(dtype, weights, given, variant):
    model = functional_model(dtype)
    model.set_weights([weight.astype(dtype) for weight in weights])
    model.compile(
        optimizers.Adam(learning_rate=0.01),
        loss=["mean_squared_error", "categorical_crossentropy"],
        loss_weights=[0.5, 1.5],
        metrics=[["mean_absolute_error"], ["accuracy"]],
    )
    weighted = variant == "sampleWeight"
    history = model.fit(
        [given["a"], given["b"]],
        [given["score"], given["kind"]],
        sample_weight=[given["scoreWeight"], given["kindWeight"]] if weighted else None,
        batch_size=BATCH,
        epochs=EPOCHS,
        shuffle=False,
        verbose=0,
    ).history
    return {
        "history": {key: np.array(values, dtype) for key, values in history.items()},
        "predictions": model.predict([given["a"], given["b"]], batch_size=BATCH, verbose=0),
        "weights": model.get_weights(),
    }
