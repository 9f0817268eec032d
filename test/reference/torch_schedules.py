"""Records the schedules that Keras lacks, at steps 0..99, as PyTorch computes them in float64.

Run by hand with PyTorch (2.15.0) installed: `python torch_schedules.py`. No test runs it.
"""

import json
from pathlib import Path

import torch
from torch.optim import lr_scheduler

STEPS = 100


def described():
    """(schedule, config, how to make PyTorch's)."""
    for config, given in (
        ({"maxLearningRate": 0.1, "totalSteps": 90}, {}),
        (
            {"maxLearningRate": 0.5, "totalSteps": 99, "pctStart": 0.2, "divFactor": 10},
            {"pct_start": 0.2, "div_factor": 10},
        ),
        (
            {"maxLearningRate": 0.1, "totalSteps": 80, "annealStrategy": "linear"},
            {"anneal_strategy": "linear"},
        ),
        (
            {"maxLearningRate": 0.1, "totalSteps": 100, "threePhase": True, "finalDivFactor": 50},
            {"three_phase": True, "final_div_factor": 50},
        ),
    ):
        most, total = config["maxLearningRate"], config["totalSteps"]
        make = lambda o: lr_scheduler.OneCycleLR(o, most, total, **given)  # noqa: E731
        yield "oneCycle", config, total, make
    config = {"initialLearningRate": 0.1, "stepSize": 30}
    yield "stepDecay", config, STEPS, lambda o: lr_scheduler.StepLR(o, 30)
    config = {"initialLearningRate": 0.1, "stepSize": 7, "gamma": 0.8}
    yield "stepDecay", config, STEPS, lambda o: lr_scheduler.StepLR(o, 7, 0.8)


def values(config, steps, make):
    rate = config.get("initialLearningRate", 1.0)
    optimizer = torch.optim.SGD([torch.zeros(1, requires_grad=True)], lr=rate, momentum=0.9)
    scheduler, found = make(optimizer), []
    for step in range(min(steps, STEPS)):
        found.append(float(f"{optimizer.param_groups[0]['lr']:.12g}"))
        if step + 1 < steps:
            optimizer.step()
            scheduler.step()
    return found


def main():
    cases = [
        {"schedule": name, "config": config, "values": values(config, steps, make)}
        for name, config, steps, make in described()
    ]
    lines = ",\n".join(json.dumps(case, separators=(",", ":")) for case in cases)
    source = json.dumps({"torch": torch.__version__.split("+")[0]}, separators=(",", ":"))
    path = Path(__file__).parent / "schedules-torch.json"
    path.write_text(f'{{\n"source":{source},\n"cases":[\n{lines}\n]\n}}\n', encoding="utf-8")


if __name__ == "__main__":
    main()
