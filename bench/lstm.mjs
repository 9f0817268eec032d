// LSTM(64) over 50 steps of 32 features and a softmax, for subjects with Keras's layers, and its
// floating-point work. PyTorch's is in torch_peer.py.

export const lstmSize = { steps: 50, features: 32, units: 64 }
const { steps, features, units } = lstmSize

/** What both libraries call alike. */
export function lstmLayers(layers, classes) {
  return [
    layers.reshape({ targetShape: [steps, features], inputShape: [steps * features] }),
    layers.lstm({ units }),
    layers.dense({ units: classes, activation: 'softmax' }),
  ]
}

/** Multiplies and adds of one training step; the first layer needs no gradient of its input. */
export function lstmFlops(classes, batch) {
  const gates = 2 * 4 * units * (features * 2 + units * 3)
  return batch * (steps * gates + 2 * units * classes * 3)
}
