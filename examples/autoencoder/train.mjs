// Squeezes handwritten digits into 32 numbers each and draws them again from these: an encoder and a
// decoder, each a model, trained as one. Shown are digits that it never saw, beside what came back, and
// the way from one digit to another through the numbers between theirs.
// Run: node examples/autoencoder/train.mjs

import { init, input, layers, model, optimizers, schedules, tensor, trainTestSplit } from 'gradloom'
import { loadDigits, PIXELS } from '../digits/data.mjs'
import { showImages } from '../digits/show.mjs'

const CODE = 32
const EPOCHS = 6
const BATCH = 64
const FLOOR = 0.015

await init({ seed: 42 })
const digits = loadDigits()
const { train, test } = trainTestSplit(
  { x: tensor(digits.x, [digits.labels.length, PIXELS]), y: tensor(digits.labels) },
  { testSize: 1000, seed: 7, stratify: digits.labels },
)
console.log(`${train.x.shape[0]} digits to train on, ${test.x.shape[0]} that are never trained on`)

const image = input({ shape: [PIXELS], name: 'image' })
const seen = layers.dense({ units: 128, activation: 'relu' }).apply(image)
const encoder = model({
  inputs: image,
  outputs: layers.dense({ units: CODE }).apply(seen),
  name: 'encoder',
})
const code = input({ shape: [CODE], name: 'code' })
const drawn = layers.dense({ units: 128, activation: 'relu' }).apply(code)
const decoder = model({
  inputs: code,
  outputs: layers.dense({ units: PIXELS, activation: 'sigmoid' }).apply(drawn),
  name: 'decoder',
})
const autoencoder = model({
  inputs: image,
  outputs: decoder.apply(encoder.apply(image)),
  name: 'autoencoder',
})
const learningRate = schedules.cosineDecay({
  initialLearningRate: 0.003,
  decaySteps: Math.ceil(train.x.shape[0] / BATCH) * EPOCHS,
})
autoencoder.compile({
  optimizer: optimizers.adam({ learningRate }),
  loss: 'binaryCrossentropy',
  metrics: ['meanSquaredError'],
})
autoencoder.summary()
await autoencoder.fit(train.x, train.x, { epochs: EPOCHS, batchSize: BATCH })
const { meanSquaredError: error } = await autoencoder.evaluate(test.x, test.x)

/** Mean squared error of drawing the mean of all digits every time. */
const meanError = () => {
  const mean = new Float64Array(PIXELS)
  for (const [i, ink] of train.x.elements.entries()) mean[i % PIXELS] += ink / train.x.shape[0]
  const square = (sum, ink, i) => sum + (ink - mean[i % PIXELS]) ** 2
  return test.x.elements.reduce(square, 0) / test.x.size
}
console.log(
  `\non digits never trained on: mean squared error ${error.toFixed(4)}; ` +
    `drawing the mean of all digits: ${meanError().toFixed(4)}\n`,
)

const print = (caption, { elements }) => {
  const images = [0, 1, 2].map((i) => elements.subarray(i * PIXELS, (i + 1) * PIXELS))
  console.log(showImages(images.map((image, i) => ({ image, caption: i ? '' : caption }))))
}
const three = test.x.rows(0, 3)
print('three of them:', three)
print('drawn from 32 numbers each:', await autoencoder.predict(three))
const [first, second] = await (await encoder.predict(three)).array()
const between = [0.25, 0.5, 0.75].map((t) => first.map((a, i) => (1 - t) * a + t * second[i]))
print('between first and second:', await decoder.predict(between))
if (!(error < FLOOR)) throw new Error(`the error ${error} is over ${FLOOR}`)
