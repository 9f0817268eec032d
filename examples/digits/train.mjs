// Trains the three-layer classifier of the Keras tutorials on handwritten digits, on all cores; then
// evaluates it, shows what it got wrong, saves it, and checks the saved file in a new process.
// Run: npm run demo

import { spawnSync } from 'node:child_process'
import { mkdirSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import {
  callbacks,
  info,
  init,
  layers,
  oneHot,
  optimizers,
  schedules,
  sequential,
  tensor,
  trainTestSplit,
} from 'gradloom'
import { loadDigits, PIXELS } from './data.mjs'
import { confusion, showConfusion, showImages } from './show.mjs'

const EPOCHS = 12
const BATCH = 32
const FLOOR = 0.95
const folder = fileURLToPath(new URL('../../build/demo/', import.meta.url))

await init({ seed: 42 })
const { mode, threads, variant, numerics, reason } = info()
console.log(`mode: ${mode}, ${threads} threads, wasm '${variant}', numerics '${numerics}'`)
console.log(`why: ${reason}\n`)

const digits = loadDigits()
const { train, test } = trainTestSplit(
  { x: tensor(digits.x, [digits.labels.length, PIXELS]), y: tensor(digits.labels) },
  { testSize: 1500, seed: 7, stratify: digits.labels },
)
const n = train.x.shape[0]
const testLabels = await test.y.data()
const testPixels = await test.x.data()
console.log(`${n} digits to train on, ${testLabels.length} that are never trained on`)
const yTrain = oneHot(train.y, 10)
const yTest = oneHot(test.y, 10)

const model = sequential([
  layers.dense({ units: 128, activation: 'relu', inputShape: [PIXELS] }),
  layers.dense({ units: 64, activation: 'relu' }),
  layers.dense({ units: 10, activation: 'softmax' }),
])
const steps = Math.ceil((n * 0.9) / BATCH) * EPOCHS
const learningRate = schedules.cosineDecay({
  initialLearningRate: 0.0003,
  warmupTarget: 0.002,
  warmupSteps: 100,
  decaySteps: steps,
})
model.compile({
  optimizer: optimizers.adam({ learningRate }),
  loss: 'categoricalCrossentropy',
  metrics: ['accuracy'],
})
model.summary()

const cost = await model.cost({ batchSize: BATCH, samples: n })
console.log(
  `\na step: ${(cost.flopsPerStep / 1e6).toFixed(1)} MFLOP, ${cost.msPerStep.toFixed(2)} ms; ` +
    `an epoch: about ${cost.secondsPerEpoch.toFixed(2)} s; ` +
    `memory while training: ${(cost.bytes.total / 1e6).toFixed(1)} MB\n`,
)

const started = performance.now()
const history = await model.fit(train.x, yTrain, {
  epochs: EPOCHS,
  batchSize: BATCH,
  validationSplit: 0.1,
  callbacks: [
    callbacks.earlyStopping({ monitor: 'val_loss', patience: 3, restoreBestWeights: true }),
  ],
})
const seconds = (performance.now() - started) / 1000
console.log(`\ntrained ${history.epoch.length} epochs in ${seconds.toFixed(1)} s`)

const { loss, accuracy } = await model.evaluate(test.x, yTest)
console.log(
  `on digits never trained on: loss ${loss.toFixed(4)}, accuracy ${(accuracy * 100).toFixed(2)} %\n`,
)

const probabilities = await (await model.predict(test.x)).array()
const predicted = probabilities.map((row) => row.indexOf(Math.max(...row)))
console.log(showConfusion(confusion(testLabels, predicted)))

const wrong = predicted.flatMap((p, i) => (p === testLabels[i] ? [] : [i])).slice(0, 3)
const image = (i) => testPixels.subarray(i * PIXELS, (i + 1) * PIXELS)
const caption = (i) =>
  `a ${testLabels[i]}, taken for ${predicted[i]} (${Math.round(probabilities[i][predicted[i]] * 100)} %)`
console.log(
  `\nsome that it got wrong:\n${showImages(wrong.map((i) => ({ image: image(i), caption: caption(i) })))}`,
)

mkdirSync(folder, { recursive: true })
const file = `${folder}digits.safetensors`
const shown = {
  x: [...testPixels.subarray(0, 20 * PIXELS)],
  probabilities: probabilities.slice(0, 20),
}
writeFileSync(`${folder}expected.json`, JSON.stringify(shown))
await model.save(file)
console.log(`saved as ${file}`)

const child = spawnSync(
  process.execPath,
  [fileURLToPath(new URL('reload.mjs', import.meta.url)), folder],
  {
    stdio: 'inherit',
  },
)
if (child.status !== 0) throw new Error('the saved model does not predict as the trained one')
if (accuracy < FLOOR) throw new Error(`accuracy ${accuracy} is under ${FLOOR}`)
