"""Records small layers: shapes, padding, merging, activations with options. Layers that only act
while training are recorded at inference, as their random numbers are the library's own."""

import numpy as np
from keras import layers

from recorders.measure import measured
from recorders.record import random


def record(_here):
    rng = np.random.default_rng([2, 22])
    x = lambda *shape: random(rng, shape, 1.5)  # noqa: E731
    cases = [measured(rng, cls, config, [x(*shape) for shape in shapes]) for cls, config, *shapes in plain()]
    mask = np.array([[1, 0, 1, 1], [1, 1, 0, 0], [0, 0, 0, 0]], bool)
    cases.append(measured(rng, layers.Softmax, {}, [x(3, 4)], call={"mask": mask}))
    return {"cases": cases}


def plain():
    """(class, config, shapes of the inputs with the batch)."""
    yield from activations()
    yield from shapes()
    yield from edges()
    yield from merging()
    for cls in (layers.GaussianDropout, layers.AlphaDropout):
        yield cls, {"rate": 0.3}, (3, 4)
    yield layers.GaussianNoise, {"stddev": 0.3}, (3, 4)
    yield layers.SpatialDropout1D, {"rate": 0.3}, (2, 3, 4)
    yield layers.SpatialDropout2D, {"rate": 0.3}, (2, 2, 3, 4)
    yield layers.SpatialDropout3D, {"rate": 0.3}, (1, 2, 2, 3, 2)


def activations():
    yield layers.ReLU, {}, (3, 5)
    yield layers.ReLU, {"max_value": 1.0}, (3, 5)
    yield layers.ReLU, {"negative_slope": 0.2}, (3, 5)
    yield layers.ReLU, {"threshold": 0.5}, (3, 5)
    yield layers.ReLU, {"max_value": 1.5, "negative_slope": 0.2, "threshold": 0.5}, (4, 5)
    yield layers.LeakyReLU, {}, (3, 5)
    yield layers.LeakyReLU, {"negative_slope": 0.1}, (3, 5)
    yield layers.ELU, {}, (3, 5)
    yield layers.ELU, {"alpha": 0.5}, (3, 5)
    yield layers.PReLU, {}, (3, 5)
    yield layers.PReLU, {"shared_axes": [1, 2]}, (2, 2, 3, 2)
    yield layers.Softmax, {}, (3, 5)
    yield layers.Softmax, {"axis": 1}, (2, 3, 4)


def shapes():
    yield layers.Permute, {"dims": [2, 1]}, (2, 3, 4)
    yield layers.Permute, {"dims": [3, 1, 2]}, (2, 3, 4, 2)
    yield layers.RepeatVector, {"n": 3}, (2, 4)
    yield layers.Identity, {}, (2, 4)
    yield layers.ActivityRegularization, {"l1": 0.1, "l2": 0.2}, (2, 4)
    yield layers.UpSampling1D, {}, (2, 3, 2)
    yield layers.UpSampling1D, {"size": 3}, (2, 2, 2)
    yield layers.UpSampling2D, {}, (2, 2, 3, 2)
    yield layers.UpSampling2D, {"size": [1, 3]}, (1, 2, 3, 2)
    yield layers.UpSampling2D, {"interpolation": "bilinear"}, (1, 3, 2, 2)
    yield layers.UpSampling2D, {"size": [3, 2], "interpolation": "bilinear"}, (1, 2, 4, 1)
    yield layers.UpSampling3D, {}, (1, 2, 1, 2, 2)
    yield layers.UpSampling3D, {"size": [1, 2, 3]}, (1, 2, 1, 2, 1)


def edges():
    yield layers.ZeroPadding1D, {}, (2, 3, 2)
    yield layers.ZeroPadding1D, {"padding": [0, 2]}, (2, 3, 2)
    yield layers.ZeroPadding2D, {"padding": 2}, (1, 2, 3, 2)
    yield layers.ZeroPadding2D, {"padding": [1, 0]}, (1, 2, 3, 2)
    yield layers.ZeroPadding2D, {"padding": [[1, 0], [0, 2]]}, (1, 2, 3, 2)
    yield layers.ZeroPadding3D, {"padding": [[1, 0], [0, 1], [2, 0]]}, (1, 1, 2, 2, 2)
    yield layers.Cropping1D, {}, (2, 4, 2)
    yield layers.Cropping1D, {"cropping": [0, 2]}, (2, 3, 2)
    yield layers.Cropping2D, {"cropping": [1, 0]}, (1, 4, 3, 2)
    yield layers.Cropping2D, {"cropping": [[1, 0], [0, 2]]}, (1, 3, 3, 2)
    yield layers.Cropping3D, {"cropping": 1}, (1, 3, 4, 3, 1)


def merging():
    for cls in (layers.Add, layers.Multiply, layers.Average, layers.Maximum, layers.Minimum):
        yield cls, {}, (2, 3), (2, 3), (2, 3)
    yield layers.Add, {}, (2, 3, 4), (2, 1, 4)
    yield layers.Multiply, {}, (2, 3, 4), (2, 4)
    yield layers.Subtract, {}, (2, 3), (2, 3)
    yield layers.Concatenate, {}, (2, 3), (2, 1), (2, 2)
    yield layers.Concatenate, {"axis": 1}, (2, 3, 2), (2, 1, 2)
    yield layers.Dot, {"axes": 1}, (3, 4), (3, 4)
    yield layers.Dot, {"axes": [2, 1]}, (2, 3, 4), (2, 4, 5)
    yield layers.Dot, {"axes": [1, 2], "normalize": True}, (2, 3, 4), (2, 5, 3)
