"""Cases of the ops of neural networks. Layers and losses have records of their own."""

import jax
import numpy as np
from keras import ops
from recorders.ops.case import Tensor, case, floats


def cases():
    x = floats(1, 2, 3, 4)
    yield case("softmax", [x], ops.softmax)
    yield case("softmax", [x, 1], lambda x: ops.softmax(x, 1))
    yield case("logSoftmax", [x], ops.log_softmax)
    yield case("logSoftmax", [x, 0], lambda x: ops.log_softmax(x, 0))
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
