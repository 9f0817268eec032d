"""Records what Keras computes into JSON files beside this script: `python generate.py [name ...]`.

It is run by hand when the working set grows; no test runs it. README.md has the formats.
"""

import os
import sys
from pathlib import Path

os.environ["KERAS_BACKEND"] = "jax"
os.environ["JAX_PLATFORMS"] = "cpu"
os.environ["JAX_ENABLE_X64"] = "1"

from recorders import (  # noqa: E402  (the backend is chosen before Keras is imported)
    activations,
    attention,
    conv,
    ctc,
    averaging,
    files,
    images,
    initializers,
    layers,
    losses,
    masking,
    metrics,
    misc,
    normalization,
    ops,
    optimizers,
    penalties,
    preprocessing,
    recurrent,
    schedules,
    stateful,
    training,
)
from recorders.record import write_json  # noqa: E402

HERE = Path(__file__).parent
RECORDERS = {
    "layers": layers,
    "normalization": normalization,
    "attention": attention,
    "misc": misc,
    "conv": conv,
    "activations": activations,
    "losses": losses,
    "ctc": ctc,
    "metrics": metrics,
    "optimizers": optimizers,
    "penalties": penalties,
    "schedules": schedules,
    "preprocessing": preprocessing,
    "images": images,
    "initializers": initializers,
    "training": training,
    "masking": masking,
    "ops": ops,
    "averaging": averaging,
    "recurrent": recurrent,
    "stateful": stateful,
    "safetensors": files,
}


def main(names):
    unknown = set(names) - set(RECORDERS)
    if unknown:
        sys.exit(f"unknown: {', '.join(sorted(unknown))}; known: {', '.join(RECORDERS)}")
    for name in names or RECORDERS:
        path = HERE / f"{name}.json"
        write_json(path, RECORDERS[name].record(HERE))
        print(f"{path.name}: {path.stat().st_size} bytes")


if __name__ == "__main__":
    main(sys.argv[1:])
