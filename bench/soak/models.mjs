// The models that the soak trains, and their data: small, of several kinds, always the same.

import { createHash } from 'node:crypto'
import { diceOf } from './dice.mjs'
import { gradloom } from './watched.mjs'

const { layers, sequential, tensor } = gradloom

const SAMPLES = 64
const CLASSES = 3

const ends = () => [
  layers.dropout({ rate: 0.2 }),
  layers.dense({ units: CLASSES, activation: 'softmax' }),
]

const networks = {
  dense: () => [layers.dense({ units: 48, activation: 'relu', inputShape: [64] })],
  wide: () => [
    layers.dense({ units: 300, activation: 'gelu', inputShape: [64] }),
    layers.batchNormalization(),
    layers.dense({ units: 200, activation: 'tanh' }),
  ],
  convolution: () => [
    layers.reshape({ targetShape: [8, 8, 1], inputShape: [64] }),
    layers.conv2d({ filters: 6, kernelSize: 3, activation: 'relu' }),
    layers.maxPooling2d({ poolSize: 2 }),
    layers.flatten(),
  ],
  recurrent: () => [
    layers.reshape({ targetShape: [8, 8], inputShape: [64] }),
    layers.lstm({ units: 12, returnSequences: true }),
    layers.gru({ units: 10 }),
  ],
  attention: () => [
    layers.reshape({ targetShape: [8, 8], inputShape: [64] }),
    layers.multiHeadAttention({ numHeads: 2, keyDim: 4 }),
    layers.layerNormalization(),
    layers.flatten(),
  ],
}

export const kinds = Object.keys(networks)

export const compiled = (kind) => {
  const model = sequential([...networks[kind](), ...ends()])
  model.compile({
    optimizer: 'adam',
    loss: 'sparseCategoricalCrossentropy',
    metrics: ['accuracy'],
    seed: 7,
  })
  return model
}

const make = () => {
  const dice = diceOf(5)
  const x = Float32Array.from({ length: SAMPLES * 64 }, () => dice.next() - 0.5)
  const y = Int32Array.from({ length: SAMPLES }, () => dice.below(CLASSES))
  return { x: tensor(x, [SAMPLES, 64]), y: tensor(y) }
}

let data
/** x: [64, 64], y: i32 [64] */
export const dataOf = () => {
  data ??= make()
  return data
}

/** SHA-256 of all weights. */
export const hashOf = async (model) => {
  const hash = createHash('sha256')
  for (const { elements } of await model.getWeights()) {
    hash.update(new Uint8Array(elements.buffer, elements.byteOffset, elements.byteLength))
  }
  return hash.digest('hex')
}
