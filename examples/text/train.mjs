// Classifies short reviews as kind or unkind: an embedding, a recurrent layer that reads them from
// both ends, and a mask for the padding. Words alone do not tell: "not" turns what follows. The
// reviews are generated; those of the test were never trained on.
// Run: node examples/text/train.mjs

import { init, layers, optimizers, sequential, tensor } from 'gradloom'
import { uniform } from '../random.mjs'

const LENGTH = 12
const REVIEWS = 3000
const TESTED = 600
const EPOCHS = 6
const FLOOR = 0.97

const kind = ['good', 'lovely', 'great', 'charming', 'funny']
const unkind = ['bad', 'dull', 'poor', 'boring', 'awful']
const subjects = ['the film', 'the plot', 'this story', 'the acting', 'every scene', 'the music']
const fillers = ['really', 'quite', 'so', 'rather', 'just', '']
const endings = ['i think', 'as always', 'for me', 'in the end', 'they say', '']

/** A review and whether it is kind. */
const reviewOf = (below) => {
  const pick = (words) => words[below(words.length)]
  const isKind = below(2) === 1
  const isTurned = below(2) === 1
  const word = pick(isKind === isTurned ? unkind : kind)
  const verb = isTurned ? 'was not' : 'was'
  const words = [pick(subjects), verb, pick(fillers), word, pick(endings)]
  return { text: words.join(' '), isKind }
}

/** Distinct reviews, in an order of chance. */
const reviewsOf = (count) => {
  const chance = uniform(11)
  const below = (n) => Math.floor(n * chance())
  const known = new Map()
  while (known.size < count) {
    const { text, isKind } = reviewOf(below)
    known.set(text, isKind)
  }
  return [...known]
}

const wordsOf = (text) => text.split(' ').filter((word) => word !== '')

/** tokens: i32 [N, LENGTH], 0 behind the words; labels: [N, 1] */
const encoded = (reviews, tokens) => {
  const x = new Int32Array(reviews.length * LENGTH)
  for (const [i, [text]] of reviews.entries()) {
    x.set(
      wordsOf(text).map((word) => tokens.get(word)),
      i * LENGTH,
    )
  }
  const y = Float32Array.from(reviews, ([, isKind]) => Number(isKind))
  return { x: tensor(x, [reviews.length, LENGTH]), y: tensor(y, [reviews.length, 1]) }
}

await init({ seed: 42 })
const reviews = reviewsOf(REVIEWS)
const vocabulary = [...new Set(reviews.flatMap(([text]) => wordsOf(text)))]
const tokens = new Map(vocabulary.map((word, i) => [word, i + 1]))
const train = encoded(reviews.slice(TESTED), tokens)
const test = encoded(reviews.slice(0, TESTED), tokens)
console.log(`${REVIEWS - TESTED} reviews to train on, ${vocabulary.length} words`)

const model = sequential([
  layers.input({ shape: [LENGTH], dtype: 'int32' }),
  layers.embedding({ inputDim: vocabulary.length + 1, outputDim: 8, maskZero: true }),
  layers.bidirectional({ layer: layers.gru({ units: 8 }) }),
  layers.dense({ units: 1, activation: 'sigmoid' }),
])
model.compile({
  optimizer: optimizers.adam({ learningRate: 0.01 }),
  loss: 'binaryCrossentropy',
  metrics: ['accuracy'],
})
model.summary()
await model.fit(train.x, train.y, { epochs: EPOCHS, batchSize: 32 })
const { loss, accuracy } = await model.evaluate(test.x, test.y)
console.log(
  `\non reviews never trained on: loss ${loss.toFixed(4)}, ` +
    `accuracy ${(accuracy * 100).toFixed(2)} %`,
)
if (!(accuracy >= FLOOR)) throw new Error(`accuracy ${accuracy} is under ${FLOOR}`)
