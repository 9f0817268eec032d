// Model files for the fuzzer: saved by the built library, small, of many kinds of layers and settings.
// And what must hold for any bytes that claim to be one.

import { init, layers, loadModel, model, sequential, tensor, input } from '../../dist/node/index.js'

/** Errors that a bad file may give. */
const EXPECTED = new Set(['file-format', 'unknown-name', 'unsupported'])

const dense = (more = {}) => layers.dense({ units: 3, ...more })

const branches = () => {
  const x = input({ shape: [4], name: 'x' })
  const left = dense({ activation: 'relu' }).apply(x)
  const right = dense({ activation: 'tanh' }).apply(x)
  const sum = layers.add().apply([left, right])
  return model({ inputs: x, outputs: [dense().apply(sum), layers.softmax().apply(sum)] })
}

const rows = {
  dense: () => [
    dense({ inputShape: [4], kernelRegularizer: 'l2', kernelConstraint: 'nonNeg' }),
    layers.dropout({ rate: 0.5 }),
    layers.batchNormalization(),
    dense({ activation: 'softmax' }),
  ],
  images: () => [
    layers.reshape({ targetShape: [4, 4, 1], inputShape: [16] }),
    layers.conv2d({ filters: 2, kernelSize: 3, padding: 'same', strides: 2 }),
    layers.maxPooling2d({ poolSize: 2 }),
    layers.randomFlip(),
    layers.flatten(),
    dense(),
  ],
  series: () => [
    layers.reshape({ targetShape: [4, 2], inputShape: [8] }),
    layers.masking({ maskValue: 0 }),
    layers.bidirectional({ layer: layers.lstm({ units: 2, returnSequences: true }) }),
    layers.timeDistributed({ layer: dense() }),
    layers.gru({ units: 2, unroll: true }),
  ],
  attention: () => [
    layers.reshape({ targetShape: [4, 4], inputShape: [16] }),
    layers.multiHeadAttention({ numHeads: 2, keyDim: 2 }),
    layers.layerNormalization(),
    layers.einsumDense({ equation: 'abc,cd->abd', outputShape: [4, 2] }),
    layers.globalAveragePooling1d(),
  ],
  words: () => [
    layers.embedding({ inputDim: 5, outputDim: 3, inputShape: [4] }),
    layers.conv1d({ filters: 2, kernelSize: 2 }),
    layers.flatten(),
  ],
}

const compiled = (made, optimizer) => {
  made.compile({ optimizer, loss: 'mse', metrics: ['mae'], seed: 1 })
  return made
}

/** Bytes of a file of every kind. */
export const seedFiles = async () => {
  await init({ mode: 'inline', seed: 1 })
  const optimizers = ['adam', 'sgd', 'rmsprop', 'adamw', 'nadam']
  const made = Object.values(rows).map((make, i) => compiled(sequential(make()), optimizers[i]))
  const x = tensor(new Float32Array(8).fill(0.5), [2, 4])
  await made[0].fit(x, tensor(new Float32Array(6), [2, 3]), { epochs: 2, verbose: 0 })
  const all = [...made, branches()]
  return Promise.all(all.map(async (one) => new Uint8Array(await (await one.save('blob')).arrayBuffer())))
}

const plain = JSON.stringify(Object.getOwnPropertyNames(Object.prototype))

const mustBeClean = () => {
  if (JSON.stringify(Object.getOwnPropertyNames(Object.prototype)) === plain) return
  throw new Error('Object.prototype was changed')
}

/** A model that was taken must be written and read again. */
const again = async (loaded) => {
  const blob = await loaded.save('blob')
  const second = await loadModel(new Uint8Array(await blob.arrayBuffer()))
  second.dispose()
  loaded.dispose()
}

/** 'loaded', or the code of the refusal. Throws where the property does not hold. */
export const checkFile = async (bytes) => {
  const started = performance.now()
  let outcome = 'loaded'
  let loaded
  try {
    loaded = await loadModel(bytes)
  } catch (error) {
    if (error?.name !== 'GradloomError' || !EXPECTED.has(error.code)) throw error
    outcome = error.code
  }
  if (loaded) await again(loaded)
  mustBeClean()
  const seconds = (performance.now() - started) / 1000
  if (seconds > 20) throw new Error(`it took ${seconds.toFixed(0)} s`)
  return outcome
}
