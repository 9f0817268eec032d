"""Records the attention layers and the dense layer by an equation, with masks and scores.

Queries that see no key are left out where Keras gives them the mean of the values; Gradloom gives
them zeros, as Keras's own softmax layer does.
"""

import numpy as np
from keras import layers

from recorders.measure import measured
from recorders.record import random


def record(_here):
    rng = np.random.default_rng([2, 21])
    case = lambda *args, **kwargs: measured(rng, *args, **kwargs)  # noqa: E731
    x = lambda *shape: random(rng, shape)  # noqa: E731
    cases = list(heads(case, x)) + list(one_head(case, x)) + list(einsum(case, x)) + list(near_and_gated(case, x))
    return {"cases": cases}


QUERY = np.array([[1, 1, 0], [1, 1, 1]], bool)
VALUE = np.array([[1, 1, 0, 0], [0, 1, 1, 1]], bool)
KEY = np.array([[1, 0, 1, 1], [1, 1, 1, 0]], bool)
PAIRS = np.array([[[1, 1, 0, 0], [0, 1, 1, 0], [0, 0, 0, 1]], [[1, 0, 0, 0], [1, 1, 1, 1], [0, 1, 0, 1]]], bool)


def heads(case, x):
    mha, gqa = layers.MultiHeadAttention, layers.GroupQueryAttention
    config = {"num_heads": 2, "key_dim": 3}
    causal, scores = {"useCausalMask": True}, {"returnAttentionScores": True}
    yield case(mha, config, [x(2, 3, 5), x(2, 4, 5)])
    call, wide = {"return_attention_scores": True}, {**config, "value_dim": 4, "use_bias": False}
    yield case(mha, wide, [x(2, 3, 5), x(2, 4, 6), x(2, 4, 7)], call=call, own=scores)
    yield case(mha, {**config, "output_shape": [4]}, [x(2, 3, 5), x(2, 4, 5)])
    yield case(mha, {**config, "output_shape": [2, 3]}, [x(2, 3, 5), x(2, 4, 5)])
    yield case(mha, config, [x(2, 4, 5), x(2, 4, 5)], call={"use_causal_mask": True}, own=causal)
    call = {"use_causal_mask": True, "return_attention_scores": True}
    yield case(mha, config, [x(2, 4, 5), x(2, 4, 5)], call=call, own={**causal, **scores})
    yield case(mha, config, [x(2, 3, 5), x(2, 4, 5)], call={"value_mask": VALUE})
    call = {"value_mask": VALUE, "key_mask": KEY, "return_attention_scores": True}
    yield case(mha, config, [x(2, 3, 5), x(2, 4, 5), x(2, 4, 5)], call=call, own=scores)
    yield case(mha, config, [x(2, 3, 5), x(2, 4, 5)], call={"attention_mask": PAIRS})
    call = {"attention_mask": PAIRS, "return_attention_scores": True}
    yield case(mha, config, [x(2, 3, 5), x(2, 4, 5)], call=call, own=scores)
    yield case(mha, config, [x(2, 3, 2, 5), x(2, 2, 3, 5)])
    yield case(mha, {**config, "attention_axes": [2]}, [x(2, 3, 2, 5), x(2, 3, 4, 5)])
    axes = {**config, "attention_axes": [1]}
    call = {"return_attention_scores": True}
    yield case(mha, axes, [x(2, 3, 2, 5), x(2, 4, 2, 5)], call=call, own=scores)
    config = {"head_dim": 3, "num_query_heads": 4, "num_key_value_heads": 2}
    yield case(gqa, config, [x(2, 3, 5), x(2, 4, 5)])
    yield case(gqa, {**config, "use_bias": False}, [x(2, 4, 5), x(2, 4, 5)], call={"use_causal_mask": True}, own=causal)
    yield case(gqa, config, [x(2, 3, 5), x(2, 4, 5)], call={"value_mask": VALUE, "return_attention_scores": True}, own=scores)


def one_head(case, x):
    dot, additive = layers.Attention, layers.AdditiveAttention
    scores = {"returnAttentionScores": True}
    yield case(dot, {}, [x(2, 3, 5), x(2, 4, 5)])
    yield case(dot, {"use_scale": True}, [x(2, 3, 5), x(2, 4, 6), x(2, 4, 5)])
    yield case(dot, {"score_mode": "concat"}, [x(2, 3, 5), x(2, 4, 5)])
    yield case(dot, {"score_mode": "concat", "use_scale": True}, [x(2, 3, 5), x(2, 4, 6), x(2, 4, 5)])
    yield case(additive, {}, [x(2, 3, 5), x(2, 4, 5)])
    yield case(additive, {"use_scale": False}, [x(2, 3, 5), x(2, 4, 6), x(2, 4, 5)])
    for cls in (dot, additive):
        call = {"return_attention_scores": True, "use_causal_mask": True}
        own = {**scores, "useCausalMask": True}
        yield case(cls, {}, [x(2, 4, 5), x(2, 4, 5)], call=call, own=own)
        yield case(cls, {}, [x(2, 3, 5), x(2, 4, 5)], call={"mask": [QUERY, VALUE]})


def einsum(case, x):
    dense = layers.EinsumDense
    yield case(dense, {"equation": "ab,bc->ac", "output_shape": 4, "bias_axes": "c"}, [x(3, 5)])
    yield case(dense, {"equation": "abc,cd->abd", "output_shape": [None, 4], "activation": "tanh"}, [x(2, 3, 5)])
    yield case(dense, {"equation": "...x,xy->...y", "output_shape": 4, "bias_axes": "y"}, [x(2, 3, 5)])
    yield case(dense, {"equation": "abc,cde->abde", "output_shape": [None, 2, 4], "bias_axes": "de"}, [x(2, 3, 5)])
    yield case(dense, {"equation": "abc,cde->abde", "output_shape": [None, 2, 4], "bias_axes": "d"}, [x(2, 3, 5)])
    yield case(dense, {"equation": "abde,dec->abc", "output_shape": [None, 4], "bias_axes": "c"}, [x(2, 3, 5, 2)])
    yield case(dense, {"equation": "abc,bcd->abd", "output_shape": [3, 4], "bias_axes": "bd"}, [x(2, 3, 5)])
    yield case(dense, {"equation": "abc,cd->adb", "output_shape": [4, 3], "bias_axes": "d"}, [x(2, 3, 5)])


def near_and_gated(case, x):
    """Heads with a sliding window, and with a gate."""
    mha, gqa = layers.MultiHeadAttention, layers.GroupQueryAttention
    config = {"num_heads": 2, "key_dim": 3}
    causal, scores = {"useCausalMask": True}, {"returnAttentionScores": True}
    near, gate = {"sliding_window": 2}, {"use_gate": True}
    yield case(mha, {**config, **near}, [x(2, 5, 5), x(2, 5, 5)])
    call = {"use_causal_mask": True, "return_attention_scores": True}
    yield case(mha, {**config, **near}, [x(2, 5, 5), x(2, 5, 5)], call=call, own={**causal, **scores})
    call = {"return_attention_scores": True}
    yield case(mha, {**config, "value_dim": 4, **gate}, [x(2, 3, 5), x(2, 4, 5)], call=call, own=scores)
    yield case(mha, {**config, "use_bias": False, "output_shape": [4], **gate}, [x(2, 3, 5), x(2, 4, 6)])
    config = {"head_dim": 3, "num_query_heads": 4, "num_key_value_heads": 2}
    call = {"use_causal_mask": True}
    yield case(gqa, {**config, **near, **gate}, [x(2, 5, 5), x(2, 5, 5)], call=call, own=causal)
    yield case(gqa, {**config, "sliding_window": 3}, [x(2, 3, 5), x(2, 4, 5)], call={"attention_mask": PAIRS})
