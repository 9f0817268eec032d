// The training process of `resume.test.ts`: five epochs with a checkpoint after each, from the start or from
// the checkpoint. `resume.mjs CHECKPOINT FINAL [--resume] [--wait-in-epoch N]`

import { parseArgs } from 'node:util'
import { callbacks, init, layers, loadModel, sequential, tensor } from '../../dist/node/index.js'

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { resume: { type: 'boolean' }, 'wait-in-epoch': { type: 'string' } },
})
const [checkpoint, final] = positionals
const waitIn = Number(values['wait-in-epoch'] ?? -1)

const samples = 200
const x = tensor(
  Float32Array.from({ length: 4 * samples }, (_, i) => Math.sin(i * 12.9898)),
  [samples, 4],
)
const y = tensor(Int32Array.from({ length: samples }, (_, i) => (i * 7) % 3))

const fresh = () => {
  const model = sequential([
    layers.dense({ units: 12, activation: 'relu', inputShape: [4] }),
    layers.dropout({ rate: 0.3 }),
    layers.dense({ units: 3, activation: 'softmax' }),
  ])
  model.compile({
    optimizer: 'adam',
    loss: 'sparseCategoricalCrossentropy',
    metrics: ['accuracy'],
    seed: 11,
  })
  return model
}

await init()
const model = values.resume ? await loadModel(checkpoint) : fresh()
let epoch = 0
const waiting = {
  onEpochBegin: (now) => {
    epoch = now
  },
  onBatchEnd: async (batch) => {
    if (epoch !== waitIn || batch !== 5) return
    console.log(`in the middle of epoch ${epoch}`)
    await new Promise((resolve) => setTimeout(resolve, 60_000))
  },
}
await model.fit(x, y, {
  epochs: 5,
  batchSize: 16,
  initialEpoch: model.epochs,
  verbose: 0,
  callbacks: [
    callbacks.modelCheckpoint({ filepath: checkpoint }),
    ...(waitIn < 0 ? [] : [waiting]),
  ],
})
await model.save(final)
