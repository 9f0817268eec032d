// Trains a dense classifier on handwritten digits in the page, shows what it gets wrong, and guesses what
// you draw.

import { init, layers, sequential, tensor, trainTestSplit } from 'gradloom'
import { loadDigits, PIXELS } from '../../examples/digits/data.mjs'
import { confusion, showConfusion, showImages } from '../../examples/digits/show.mjs'

await init({ seed: 42 })
const digits = loadDigits()
const { train, test } = trainTestSplit(
  { x: tensor(digits.x, [digits.labels.length, PIXELS]), y: tensor(digits.labels) },
  { testSize: 1000, seed: 7, stratify: digits.labels },
)
console.log(`${train.x.shape[0]} digits to train on, ${test.x.shape[0]} that are never trained on`)

const model = sequential([
  layers.dense({ units: 128, activation: 'relu', inputShape: [PIXELS] }),
  layers.dense({ units: 64, activation: 'relu' }),
  layers.dense({ units: 10, activation: 'softmax' }),
])
model.compile({
  optimizer: 'adam',
  loss: 'sparseCategoricalCrossentropy',
  metrics: ['accuracy'],
})
model.summary()
const cost = await model.cost({ batchSize: 32, samples: train.x.shape[0] })
console.log(
  `a step: ${cost.msPerStep.toFixed(2)} ms; an epoch: ${cost.secondsPerEpoch.toFixed(2)} s\n`,
)

await model.fit(train.x, train.y, { epochs: 8, batchSize: 32 })
const { accuracy } = await model.evaluate(test.x, test.y)
console.log(`\non digits never trained on: accuracy ${(100 * accuracy).toFixed(2)} %\n`)

const rows = await (await model.predict(test.x)).array()
const predicted = rows.map((row) => row.indexOf(Math.max(...row)))
const { elements: labels } = test.y
console.log(showConfusion(confusion(labels, predicted)))

const wrong = predicted.flatMap((p, i) => (p === labels[i] ? [] : [i])).slice(0, 3)
const image = (i) => test.x.elements.subarray(i * PIXELS, (i + 1) * PIXELS)
const caption = (i) => `a ${labels[i]}, taken for ${predicted[i]}`
console.log(`\n${showImages(wrong.map((i) => ({ image: image(i), caption: caption(i) })))}`)

/** What the page asks for when you draw: the probability of each digit. pixels: 784, 0 to 1 */
export const answer = async (pixels) => {
  const [odds] = await (await model.predict(tensor(pixels, [1, PIXELS]))).array()
  return odds
}
