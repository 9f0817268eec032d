"""Cases of the ops of neural networks. Layers and losses have records of their own."""

import jax
import numpy as np
from keras import ops
from recorders.ops.case import NONE, Tensor, case, floats


def cases():
    x = floats(1, 2, 3, 4)
    yield case("softmax", [x], ops.softmax)
    yield case("softmax", [x, 1], lambda x: ops.softmax(x, 1))
    yield case("logSoftmax", [x], ops.log_softmax)
    yield case("logSoftmax", [x, 0], lambda x: ops.log_softmax(x, 0))
    yield from normalizations()
    yield from attention()
    yield case("relu6", [floats(2, 8, scale=5.0)], ops.relu6)
    yield case("logSigmoid", [x], ops.log_sigmoid)
    target = Tensor(np.float32([[0.2, 0.5, 0.3], [0, 1, 0]]))
    logits, classes = floats(3, 2, 3), Tensor([2, 0])
    for from_logits in [True, False]:
        output = logits if from_logits else Tensor(np.float32([[0.2, 0.5, 0.3], [0.1, 0.8, 0.1]]))
        more = {"from_logits": from_logits}
        dense = lambda t, y, m=more: ops.categorical_crossentropy(jax.lax.stop_gradient(t), y, **m)
        yield case("categoricalCrossentropy", [target, output, from_logits], dense, gradient=False)
        sparse = lambda t, y, m=more: ops.sparse_categorical_crossentropy(t, y, **m)
        yield case("sparseCategoricalCrossentropy", [classes, output, from_logits], sparse)
        binary = lambda t, y, m=more: ops.binary_crossentropy(t, y, **m)
        yield case("binaryCrossentropy", [target, output, from_logits], binary, gradient=False)


def normalizations():
    x, wide, row = floats(10, 3, 4, 5, offset=0.3), floats(11, 4, 5), floats(12, 5)
    yield case("layerNormalization", [x], ops.layer_normalization)
    norm = ops.layer_normalization
    yield case("layerNormalization", [x, row, floats(13, 5)], norm)
    yield case("layerNormalization", [x, wide, wide, [1, 2], 1e-3], lambda x, g, b: norm(x, g, b, [1, 2], 1e-3))
    column = floats(14, 4)
    yield case("layerNormalization", [x, column, column, 1], lambda x, g, b: norm(x, g, b, 1))
    rms = ops.rms_normalization
    yield case("rmsNormalization", [x], rms)
    yield case("rmsNormalization", [x, row, -1, 1e-3], lambda x, s: rms(x, s, -1, 1e-3))
    mean, variance = floats(15, 4), Tensor(np.float32([0.5, 1, 2, 0.1]))
    whole = lambda x, m, v, o, s: ops.batch_normalization(x, m, v, 1, o, s)
    yield case("batchNormalization", [x, mean, variance, 1, floats(16, 4), floats(17, 4)], whole)
    plain = lambda x, m, v: ops.batch_normalization(x, m, v, -1, epsilon=0.1)
    five = Tensor(np.float32([0.5, 1, 2, 0.1, 3]))
    yield case("batchNormalization", [x, row, five, -1, NONE, NONE, 0.1], plain)


def attention():
    q, k, v = floats(20, 2, 3, 4, 5), floats(21, 2, 6, 4, 5), floats(22, 2, 6, 4, 5)
    attend = ops.dot_product_attention
    yield case("dotProductAttention", [q, k, v], attend)
    bias, mask = floats(23, 2, 4, 3, 6), np.float32(np.random.default_rng(24).random((2, 1, 3, 6)) < 0.6)
    mask[..., 0] = 1
    soft = lambda q, k, v, b: attend(q, k, v, bias=b, scale=0.3)
    yield case("dotProductAttention", [q, k, v, {"bias": bias, "scale": 0.3}], soft)
    shared = lambda q, k, v, b: attend(q, k, v, bias=b)
    yield case("dotProductAttention", [q, k, v, {"bias": floats(25, 1, 1, 3, 6)}], shared)
    shown = np.asarray(mask > 0)
    # 0.25 is not 0: it hides nothing, with a bias or without.
    part = Tensor(mask * np.float32([1, 0.25, 1, 1, 0.25, 1]))
    hidden = lambda q, k, v, m: attend(q, k, v, mask=shown)
    yield case("dotProductAttention", [q, k, v, {"mask": part}], hidden)
    both = lambda q, k, v, b, m: attend(q, k, v, bias=b, mask=shown)
    yield case("dotProductAttention", [q, k, v, {"bias": bias, "mask": part}], both)
    q, k, v = floats(26, 2, 4, 4, 3), floats(27, 2, 4, 2, 3), floats(28, 2, 4, 2, 3)
    causal = lambda q, k, v: attend(q, k, v, is_causal=True)
    yield case("dotProductAttention", [q, k, v, {"isCausal": True}], causal)
