// The training process of `backup.test.ts`: eight epochs with a backup and callbacks that remember, from
// wherever the backup is. `backup.mjs DIRECTORY FINAL FREQ [--wait-in-epoch N]`

import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { callbacks, init, layers, sequential, tensor } from '../../dist/node/index.js'

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { 'wait-in-epoch': { type: 'string' } },
})
const [directory, final, freq] = positionals
const waitIn = Number(values['wait-in-epoch'] ?? -1)

const samples = 200
const x = tensor(
  Float32Array.from({ length: 4 * samples }, (_, i) => Math.sin(i * 12.9898)),
  [samples, 4],
)
const y = tensor(Int32Array.from({ length: samples }, (_, i) => (i * 7) % 3))

await init()
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

let epoch = 0
const waiting = {
  onEpochBegin: (now) => {
    epoch = now
    console.log(`begins epoch ${epoch}`)
  },
  onBatchEnd: async (batch) => {
    if (epoch !== waitIn || batch !== 7) return
    console.log(`in the middle of epoch ${epoch}`)
    await new Promise((resolve) => setTimeout(resolve, 60_000))
  },
}
const stopping = callbacks.earlyStopping({
  monitor: 'loss',
  minDelta: 0.5,
  patience: 6,
  restoreBestWeights: true,
})
const { history } = await model.fit(x, y, {
  epochs: 10,
  batchSize: 16,
  verbose: 0,
  callbacks: [
    callbacks.backupAndRestore({
      path: join(directory, 'backup.safetensors'),
      saveFreq: freq === 'epoch' ? 'epoch' : Number(freq),
    }),
    stopping,
    callbacks.reduceLROnPlateau({
      monitor: 'loss',
      minDelta: 0.5,
      patience: 2,
      factor: 0.5,
      cooldown: 1,
    }),
    callbacks.csvLogger({ filename: join(directory, 'log.csv') }),
    waiting,
  ],
})
console.log(
  `best ${stopping.bestEpoch}, stopped ${stopping.stoppedEpoch}, ${history.loss.length} epochs`,
)
await model.save(final)
