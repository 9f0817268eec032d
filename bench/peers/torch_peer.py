"""Native PyTorch as a subject of the bench: one JSON request in argv, one JSON answer on stdout.
The sampling mirrors sample.mjs. Eager mode with the fused Adam, its fastest on small nets."""

import json
import os
import statistics
import sys
import time

import torch
from torch import nn


def sample(run, budget):
    """run(repeats) does the work that often; seconds per repeat, median and best of the samples."""
    repeats, spent = 1, 0.0
    while True:
        took = timed(run, repeats) * 1e3
        spent += took
        if took >= budget["sampleMs"] and spent >= budget["warmMs"]:
            break
        if took < budget["sampleMs"]:
            repeats = int(repeats * min(8, 1.2 * budget["sampleMs"] / max(took, 0.01))) + 1
    each, total = [], 0.0
    while total < budget["measureMs"] or not each:
        took = timed(run, repeats)
        each.append(took / repeats)
        total += took * 1e3
    return {"median": statistics.median(each), "best": min(each), "samples": len(each),
            "repeats": repeats}


def timed(run, repeats):
    start = time.perf_counter()
    run(repeats)
    return time.perf_counter() - start


def gemm(job):
    size, batch = job["size"], job["batch"]
    shape = (size, size) if batch == 1 else (batch, size, size)
    a, b = torch.rand(shape), torch.rand(shape)
    a = a.transpose(-1, -2) if job["ta"] else a
    b = b.transpose(-1, -2) if job["tb"] else b
    out = torch.empty(shape)

    def run(repeats):
        for _ in range(repeats):
            torch.matmul(a, b, out=out)

    return sample(run, job["budget"])


def load(path, dtype):
    with open(path, "rb") as file:
        return torch.frombuffer(bytearray(file.read()), dtype=dtype)


def network(widths):
    layers = []
    for i, (inputs, units) in enumerate(zip(widths, widths[1:])):
        layers += [nn.Linear(inputs, units)] + ([nn.ReLU()] if i + 2 < len(widths) else [])
    return nn.Sequential(*layers)


def convnet(classes):
    """The same as convnet.mjs, channels first, as PyTorch has them."""
    return nn.Sequential(
        nn.Unflatten(1, (1, 28, 28)), nn.Conv2d(1, 32, 3), nn.ReLU(), nn.Conv2d(32, 64, 3),
        nn.ReLU(), nn.MaxPool2d(2), nn.Flatten(), nn.Linear(9216, 128), nn.ReLU(),
        nn.Linear(128, classes))


class Lstm(nn.Module):
    """The same as lstm.mjs."""

    def __init__(self, classes):
        super().__init__()
        self.lstm = nn.LSTM(32, 64, batch_first=True)
        self.dense = nn.Linear(64, classes)

    def forward(self, x):
        return self.dense(self.lstm(x.unflatten(1, (50, 32)))[0][:, -1])


class Transformer(nn.Module):
    """The same as transformer.mjs."""

    def __init__(self, steps, vocabulary, blocks=2, width=128, heads=4):
        super().__init__()
        self.heads = heads
        self.tokens = nn.Embedding(vocabulary, width)
        self.positions = nn.Parameter(torch.randn(steps, width) * 0.05)
        self.blocks = nn.ModuleList(
            nn.ModuleDict({
                "before": nn.LayerNorm(width), "qkv": nn.Linear(width, 3 * width),
                "back": nn.Linear(width, width), "between": nn.LayerNorm(width),
                "inner": nn.Linear(width, 4 * width), "outer": nn.Linear(4 * width, width)})
            for _ in range(blocks))
        self.after = nn.LayerNorm(width)
        self.logits = nn.Linear(width, vocabulary)

    def attend(self, block, x):
        parts = block["qkv"](x).chunk(3, -1)
        q, k, v = (p.unflatten(-1, (self.heads, -1)).transpose(1, 2) for p in parts)
        y = nn.functional.scaled_dot_product_attention(q, k, v, is_causal=True)
        return block["back"](y.transpose(1, 2).flatten(2))

    def forward(self, x):
        x = self.tokens(x.long()) + self.positions
        for block in self.blocks:
            x = x + self.attend(block, block["before"](x))
            x = x + block["outer"](torch.relu(block["inner"](block["between"](x))))
        return self.logits(self.after(x)).flatten(0, 1)


def model_of(job):
    classes = job["widths"][-1]
    if job.get("transformer"):
        return Transformer(*job["widths"])
    if job.get("lstm"):
        return Lstm(classes)
    return convnet(classes) if job.get("convnet") else network(job["widths"])


def train(job):
    rows, batch, widths = job["rows"], job["batch"], job["widths"]
    x = load(job["x"], torch.float32).reshape(rows, widths[0])
    labels = load(job["labels"], torch.int32).long().reshape(rows, -1)
    model = model_of(job)
    optimizer = torch.optim.Adam(model.parameters(), lr=1e-3, fused=True)
    cross_entropy = nn.CrossEntropyLoss()
    sums = torch.zeros(2)
    last = []

    def epoch():
        sums.zero_()
        for rows_of_batch in torch.randperm(rows).split(batch):
            xb, yb = x[rows_of_batch], labels[rows_of_batch].flatten()
            logits = model(xb)
            loss = cross_entropy(logits, yb)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            with torch.no_grad():
                sums[0] += loss
                sums[1] += (logits.argmax(1) == yb).sum()
        last[:] = sums.tolist()

    def run(epochs):
        for _ in range(epochs):
            epoch()

    run(-(-job.get("stepsBefore", 0) * batch // rows))
    result = sample(run, job["budget"])
    return result | {"unitsPerRun": rows / batch, "loss": last[0] * batch / rows,
                     "way": "eager, fused Adam"}


def main():
    job = json.loads(sys.argv[1])
    torch.set_num_threads(job["threads"])
    result = {"gemm": gemm, "train": train}[job["kind"]](job)
    print(json.dumps(result | {"cpuSeconds": time.process_time()}), flush=True)
    os._exit(0)  # unloading torch costs more than some of the measurements


main()
