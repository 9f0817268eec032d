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

/** Shapes of its kernels as Keras stores them: [3, 3, in, out] and [in, out]. */
export function convnetShapes(classes) {
  const flat = ((side - 2 * filters.length) / 2) ** 2 * filters.at(-1)
  const windows = filters.map((count, i) => [3, 3, filters[i - 1] ?? 1, count])
  return [...windows, [flat, hidden], [hidden, classes]]
}

/** Multiplies and adds of a forward pass, layer by layer. */
export function convnetFlops(classes, batch) {
  return convnetShapes(classes).map((shape, i) => {
    const places = i < filters.length ? (side - 2 * (i + 1)) ** 2 : 1
    return 2 * batch * places * shape.reduce((size, n) => size * n)
  })
}
