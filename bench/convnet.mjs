// The convolutional network of the Keras tutorials on 28×28 images, for subjects with Keras's layers, and
// its floating-point work. PyTorch's is in torch_peer.py.

const side = 28
const filters = [32, 64]
const hidden = 128

/** What both libraries call alike; `pool` is the only layer with two names. */
export function convnetLayers(layers, pool, classes) {
  const conv = (count) => layers.conv2d({ filters: count, kernelSize: 3, activation: 'relu' })
  return [
    layers.reshape({ targetShape: [side, side, 1], inputShape: [side * side] }),
    ...filters.map(conv),
    pool({ poolSize: 2 }),
    layers.flatten(),
    layers.dense({ units: hidden, activation: 'relu' }),
    layers.dense({ units: classes, activation: 'softmax' }),
  ]
}

/** Multiplies and adds of one training step; the first layer needs no gradient of its input. */
export function convnetFlops(classes, batch) {
  let [flops, size, channels] = [0, side, 1]
  for (const count of filters) {
    size -= 2
    flops += 2 * size * size * 9 * channels * count * (channels === 1 ? 2 : 3)
    channels = count
  }
  const flat = (size / 2) ** 2 * channels
  return batch * (flops + 2 * hidden * (flat + classes) * 3)
}
