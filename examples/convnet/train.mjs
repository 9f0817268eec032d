// Trains a small convolutional network on handwritten digits, each moved a little at random every time,
// and evaluates it on digits that it never saw: at least 98 % must be right.
// Run: node examples/convnet/train.mjs

import { init, layers, optimizers, schedules, sequential, tensor, trainTestSplit } from 'gradloom'
import { loadDigits, PIXELS } from '../digits/data.mjs'

const EPOCHS = 10
const BATCH = 32
const FLOOR = 0.98

await init({ seed: 42 })
const digits = loadDigits()
const { train, test } = trainTestSplit(
  { x: tensor(digits.x, [digits.labels.length, PIXELS]), y: tensor(digits.labels) },
  { testSize: 1500, seed: 7, stratify: digits.labels },
)
const samples = train.x.shape[0]
console.log(`${samples} digits to train on, ${test.x.shape[0]} that are never trained on`)

const model = sequential([
  layers.reshape({ targetShape: [28, 28, 1], inputShape: [PIXELS] }),
  layers.randomTranslation({ heightFactor: 0.06, widthFactor: 0.06, fillMode: 'constant' }),
  layers.conv2d({ filters: 16, kernelSize: 3, activation: 'relu' }),
  layers.maxPooling2d(),
  layers.conv2d({ filters: 32, kernelSize: 3, activation: 'relu' }),
  layers.maxPooling2d(),
  layers.flatten(),
  layers.dropout({ rate: 0.25 }),
  layers.dense({ units: 64, activation: 'relu' }),
  layers.dropout({ rate: 0.25 }),
  layers.dense({ units: 10, activation: 'softmax' }),
])
const learningRate = schedules.cosineDecay({
  initialLearningRate: 0.003,
  decaySteps: Math.ceil(samples / BATCH) * EPOCHS,
})
model.compile({
  optimizer: optimizers.adam({ learningRate }),
  loss: 'sparseCategoricalCrossentropy',
  metrics: ['accuracy'],
})
model.summary()

const started = performance.now()
await model.fit(train.x, train.y, { epochs: EPOCHS, batchSize: BATCH })
const seconds = (performance.now() - started) / 1000
const { loss, accuracy } = await model.evaluate(test.x, test.y)
console.log(
  `\ntrained in ${seconds.toFixed(1)} s; on digits never trained on: loss ${loss.toFixed(4)}, ` +
    `accuracy ${(accuracy * 100).toFixed(2)} %`,
)
if (accuracy < FLOOR) throw new Error(`accuracy ${accuracy} is under ${FLOOR}`)
