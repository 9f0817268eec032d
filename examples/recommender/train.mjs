// Learns what people like from a few ratings of each: every person and every film becomes a vector, and
// the stars that a person gives a film are the product of the two, plus what is usual for either. The
// ratings are made of tastes that the model never sees, and noise.
// Run: node examples/recommender/train.mjs

import {
  init,
  input,
  layers,
  model,
  optimizers,
  regularizers,
  tensor,
  trainTestSplit,
} from 'gradloom'
import { normal, uniform } from '../random.mjs'

const GENRES = ['comedy', 'drama', 'crime', 'horror', 'romance', 'western']
const PEOPLE = 300
const FILMS = 120
const RATINGS = 12000
const NOISE = 0.3
const FLOOR = 0.4

const [draw, chance] = [normal(7), uniform(11)]
const tastes = Array.from({ length: PEOPLE }, () => GENRES.map(() => 0.7 * draw()))
const quality = Array.from({ length: FILMS }, () => 0.5 * draw())
const genreOf = (film) => film % GENRES.length

/** Stars, about 1 to 5, without a day's mood. */
const opinion = (person, film) => 3 + quality[film] + tastes[person][genreOf(film)]

/** Who rated which film, and how. */
const ratings = () => {
  const below = (count) => Int32Array.from({ length: RATINGS }, () => Math.floor(count * chance()))
  const [person, film] = [below(PEOPLE), below(FILMS)]
  const stars = Float32Array.from(film, (f, i) => opinion(person[i], f) + NOISE * draw())
  return { person: tensor(person), film: tensor(film), stars: tensor(stars) }
}

/** A vector and a number for each of `count`. */
const embedded = (x, count) => {
  const embeddingsRegularizer = regularizers.l2(1e-4)
  const vectors = layers.embedding({ inputDim: count, outputDim: 8, embeddingsRegularizer })
  const usual = layers.embedding({ inputDim: count, outputDim: 1 })
  return [vectors.apply(x), usual.apply(x)]
}

await init({ seed: 42 })
const { train, test } = trainTestSplit(ratings(), { testSize: 2000, seed: 1 })
console.log(`${train.stars.size} ratings of ${FILMS} films by ${PEOPLE} people to train on`)

const person = input({ shape: [], dtype: 'int32', name: 'person' })
const film = input({ shape: [], dtype: 'int32', name: 'film' })
const [taste, mildness] = embedded(person, PEOPLE)
const [style, fame] = embedded(film, FILMS)
const match = layers.dot({ axes: 1 }).apply([taste, style])
const usual = layers.dense({ units: 1, name: 'usual' }).apply(layers.add().apply([mildness, fame]))
const recommender = model({
  inputs: [person, film],
  outputs: layers.add({ name: 'stars' }).apply([match, usual]),
  name: 'recommender',
})
recommender.compile({
  optimizer: optimizers.adam({ learningRate: 0.01 }),
  loss: 'meanSquaredError',
  metrics: ['rootMeanSquaredError'],
})
recommender.summary()
await recommender.fit([train.person, train.film], train.stars, { epochs: 15, batchSize: 64 })

/** Root mean squared error of saying what the others gave the film. */
const guessed = () => {
  const [sums, counts] = [new Float64Array(FILMS), new Float64Array(FILMS)]
  train.film.elements.forEach((f, i) => {
    sums[f] += train.stars.elements[i]
    counts[f] += 1
  })
  const squares = test.film.elements.reduce(
    (sum, f, i) => sum + (test.stars.elements[i] - sums[f] / counts[f]) ** 2,
    0,
  )
  return Math.sqrt(squares / test.stars.size)
}

const scores = await recommender.evaluate([test.person, test.film], test.stars)
const { rootMeanSquaredError: error } = scores
console.log(
  `\non ratings never trained on: off by ${error.toFixed(3)} stars; by each film's mean: ` +
    `${guessed().toFixed(3)}; at best, by the noise: ${NOISE}\n`,
)

const every = Int32Array.from({ length: FILMS }, (_, f) => f)
console.log('films for three of them (the stars that it expects, and what they would really give):')
for (const somebody of [0, 1, 2]) {
  const stars = await recommender.predict([new Int32Array(FILMS).fill(somebody), every])
  const best = [...every].sort((a, b) => stars.elements[b] - stars.elements[a]).slice(0, 4)
  const films = best.map((f) => {
    const [guess, real] = [stars.elements[f], opinion(somebody, f)].map((n) => n.toFixed(1))
    return `${GENRES[genreOf(f)]} ${f} (${guess}, ${real})`
  })
  console.log(`person ${somebody}: ${films.join(', ')}`)
}
if (!(error < FLOOR)) throw new Error(`the error ${error} is over ${FLOOR}`)
