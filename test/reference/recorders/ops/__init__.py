"""Records the public ops: results of `keras.ops` (NumPy where it lacks one), and their gradients."""

from recorders.ops import (
    arithmetic,
    fourier,
    functions,
    indexing,
    linalg,
    nn,
    products,
    reduce,
    shape,
    sorting,
)

PARTS = [shape, indexing, arithmetic, functions, reduce, sorting, products, linalg, nn, fourier]


def record(_here):
    return {"cases": [case for part in PARTS for case in part.cases()]}
