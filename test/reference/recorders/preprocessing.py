"""Records the layers for categories and text. Those for strings need TensorFlow beside JAX, and
run on it whatever the backend; `generate.py` records them only where it is installed.

Not here: hashing, whose bins are those of the library's own hash, and one-hot rows of a single
value, where Keras's lookups say [1, depth] and its CategoryEncoding [depth].
"""

import numpy as np
from keras import layers
from keras.src.layers.preprocessing.index_lookup import IndexLookup

from recorders.record import camel, tensor

TEXTS = [
    "The cat sat on the mat.",
    "The dog,   the CAT & the bird!",
    "a bird? A dog's life...",
    "",
    "mat (cat) [dog] {bird} on-on",
]
OTHERS = ["the cow sat", "unknown words only", "", "Cat cat CAT dog."]
WORDS = [["a", "b", "a"], ["c", "a", "b"], ["d", "d", "[UNK]"]]
ASKED = [["a", "z", "d"], ["", "b", "c"]]
INTEGERS = [[12, 5, 12], [7, 12, 5], [-3, -3, 40]]
ASKED_INTEGERS = [[12, 99, -3], [0, 40, 5]]


def record(_here):
    cases = [lookup_case(layers.StringLookup, WORDS, ASKED, c) for c in lookup_configs("")]
    cases += [
        lookup_case(layers.IntegerLookup, INTEGERS, ASKED_INTEGERS, c) for c in lookup_configs(0)
    ]
    cases += [given_case(*described) for described in given_cases()]
    cases += [text_case(config) for config in text_configs()]
    cases += [discretization_case(*described) for described in discretization_cases()]
    cases += [category_case(*described) for described in category_cases()]
    return {"cases": cases}


def lookup_configs(mask):
    for mode in ("int", "one_hot", "multi_hot", "count", "tf_idf"):
        yield {"output_mode": mode}
        yield {"output_mode": mode, "mask_token": mask}
    yield {"max_tokens": 3}
    yield {"max_tokens": 4, "output_mode": "multi_hot"}
    yield {"max_tokens": 9, "output_mode": "tf_idf", "pad_to_max_tokens": True}
    yield {"max_tokens": 9, "output_mode": "count", "pad_to_max_tokens": True, "mask_token": mask}


def lookup_case(cls, data, asked, config):
    layer = cls(**config)
    layer.adapt(np.array(data))
    return case(cls, config, {"adapt": data, "input": asked}, layer, np.array(asked))


def given_cases():
    """(class, config, input) with a vocabulary that is given."""
    letters = {"vocabulary": ["b", "a", "c"]}
    yield layers.StringLookup, letters, ["a", "b", "z"]
    yield layers.StringLookup, {**letters, "num_oov_indices": 0}, ["a", "b"]
    yield layers.StringLookup, {"vocabulary": ["", "[UNK]", "b"], "mask_token": ""}, ["b", "", "x"]
    yield (
        layers.StringLookup,
        {**letters, "output_mode": "tf_idf", "idf_weights": [0.5, 1.5, 4.0]},
        [["a", "q", "a"]],
    )
    yield layers.StringLookup, {**letters, "output_mode": "count"}, ["a", "a", "z"]
    yield layers.StringLookup, {**letters, "output_mode": "one_hot"}, [["a"], ["c"]]
    yield layers.StringLookup, {**letters, "oov_token": "?", "invert": True}, [[1, 0], [3, 2]]
    yield layers.IntegerLookup, {"vocabulary": [12, 36, 1138]}, [[12, 1138, 42], [42, 1000, 36]]
    yield (
        layers.IntegerLookup,
        {"vocabulary": [12, 36], "num_oov_indices": 3},
        [[12, 37, -4], [1, 2, 36]],
    )
    yield (
        layers.IntegerLookup,
        {"vocabulary": [12, 36], "mask_token": 0, "num_oov_indices": 2},
        [[0, 5, 36]],
    )
    yield layers.IntegerLookup, {"vocabulary": [12, 36], "invert": True}, [[0, 1, 2]]
    yield (
        layers.IntegerLookup,
        {"vocabulary": [5, 6], "output_mode": "multi_hot", "num_oov_indices": 2},
        [[5, 7], [4, 9]],
    )


def given_case(cls, config, asked):
    return case(cls, config, {"input": asked}, cls(**config), np.array(asked))


def text_configs():
    yield {}
    yield {"output_sequence_length": 4}
    yield {"output_sequence_length": 9}
    yield {"max_tokens": 5}
    yield {"standardize": "lower"}
    yield {"standardize": "strip_punctuation"}
    yield {"standardize": None}
    yield {"split": "character", "output_sequence_length": 12}
    yield {"ngrams": 2}
    yield {"ngrams": (1, 3), "max_tokens": 12}
    for mode in ("multi_hot", "count", "tf_idf"):
        yield {"output_mode": mode}
        yield {"output_mode": mode, "max_tokens": 30, "pad_to_max_tokens": True, "ngrams": 2}


def text_case(config):
    layer = layers.TextVectorization(**config)
    layer.adapt(np.array(TEXTS))
    return case(
        layers.TextVectorization, config, {"adapt": TEXTS, "input": OTHERS}, layer, np.array(OTHERS)
    )


def discretization_cases():
    """(config, data for adapt, input)"""
    rng = np.random.default_rng([2, 11])
    few = np.round(rng.normal(size=(7,)), 3).astype("float32")
    many = np.round(rng.normal(size=(1500, 2)), 3).astype("float32")
    asked = np.array([[-1.5, 1.0, 0.4], [0.0, 3.0, 2.0]], "float32")
    for mode in ("int", "one_hot", "multi_hot", "count"):
        yield {"bin_boundaries": [0.0, 1.0, 2.0], "output_mode": mode}, None, asked
    yield {"num_bins": 4}, few, asked
    yield {"num_bins": 10, "epsilon": 0.1}, few, asked
    yield {"num_bins": 5, "output_mode": "count"}, many, asked
    yield {"num_bins": 8, "epsilon": 0.001}, many, asked


def discretization_case(config, data, asked):
    layer = layers.Discretization(**config)
    adapt = {}
    if data is not None:
        layer.adapt(data)
        adapt = {"adapt": tensor(data), "boundaries": [float(b) for b in layer.bin_boundaries]}
    output = np.asarray(layer(asked))
    return described(
        layers.Discretization, config, {**adapt, "input": tensor(asked), "output": tensor(output)}
    )


def category_cases():
    """(config, input)"""
    for mode in ("one_hot", "multi_hot", "count"):
        yield {"num_tokens": 4, "output_mode": mode}, [[3, 2, 3], [0, 0, 1]]
        yield {"num_tokens": 4, "output_mode": mode}, [[3], [0]]
        yield {"num_tokens": 4, "output_mode": mode}, [3, 2, 2]


def category_case(config, asked):
    output = np.asarray(layers.CategoryEncoding(**config)(np.array(asked)))
    return described(
        layers.CategoryEncoding,
        config,
        {"input": tensor(np.array(asked)), "output": tensor(output)},
    )


def case(cls, config, given, layer, asked):
    # With `invert`, Keras on JAX cannot hand strings on: TensorFlow's half of the layer is asked.
    output = (
        IndexLookup.call(layer, asked).numpy() if config.get("invert") else np.asarray(layer(asked))
    )
    strings = output.dtype.kind in "OSU"
    return described(
        cls,
        config,
        {
            **given,
            "vocabulary": [
                v if isinstance(v, str) else int(v) for v in map(plain, layer.get_vocabulary())
            ],
            "output": [[plain(v) for v in row] for row in output] if strings else tensor(output),
        },
    )


def plain(value):
    value = value.decode() if isinstance(value, bytes) else value
    return str(value) if isinstance(value, str) else value


def described(cls, config, rest):
    named = {
        camel(key): camel(v) if key in ("output_mode", "standardize") and v else v
        for key, v in config.items()
    }
    return {"layer": camel(cls.__name__), "config": named, **rest}
