"""Prints what the real TensorBoard reads from a directory of event files.

Run by hand with `tensorboard` installed: `python check_tensorboard.py DIRECTORY`.
`{images: {tag: [[step, width, height, png]]}, scalars: {tag: [[step, value]]}, histograms: {tag: [[step, min, max, num, sum, counted]]}}`
"""

import json
import sys

from tensorboard.backend.event_processing.event_accumulator import EventAccumulator


def main(directory):
    events = EventAccumulator(directory)
    events.Reload()
    tags = events.Tags()
    scalars = {tag: [[e.step, e.value] for e in events.Scalars(tag)] for tag in tags["scalars"]}
    histograms = {tag: [row(e) for e in events.Histograms(tag)] for tag in tags["histograms"]}
    images = {tag: [picture(e) for e in events.Images(tag)] for tag in tags["images"]}
    print(json.dumps({"scalars": scalars, "histograms": histograms, "images": images}))


def row(event):
    h = event.histogram_value
    return [event.step, h.min, h.max, h.num, h.sum, sum(h.bucket)]


def picture(event):
    return [event.step, event.width, event.height, event.encoded_image_string.hex()]


if __name__ == "__main__":
    main(sys.argv[1])
