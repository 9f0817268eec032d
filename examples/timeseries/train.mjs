// Trains an LSTM to say the next value of a noisy series with two rhythms, on its past; then looks
// at a later stretch of the series: the error must be well under that of repeating what was last
// seen. Run: node examples/timeseries/train.mjs

import { init, layers, optimizers, schedules, sequential, tensor } from 'gradloom'
import { uniform } from '../random.mjs'

const WINDOW = 40
const TRAINED = 2000
const TESTED = 400
const EPOCHS = 10
const BATCH = 32
const FLOOR = 0.5

/** A daily and a slower rhythm, and noise. */
const seriesOf = (length) => {
  const noise = uniform(7)
  return Float32Array.from({ length }, (_, t) => {
    const daily = Math.sin((2 * Math.PI * t) / 24)
    return 0.7 * daily + 0.5 * Math.sin((2 * Math.PI * t) / 37) + 0.1 * (2 * noise() - 1)
  })
}

/** Windows of the series from `start` on, and the value behind each. */
const windowsOf = (series, start, count) => {
  const x = new Float32Array(count * WINDOW)
  const y = new Float32Array(count)
  for (let i = 0; i < count; i++) {
    x.set(series.subarray(start + i, start + i + WINDOW), i * WINDOW)
    y[i] = series[start + i + WINDOW]
  }
  return { x: tensor(x, [count, WINDOW, 1]), y: tensor(y, [count, 1]), values: { x, y } }
}

await init({ seed: 42 })
const series = seriesOf(TRAINED + TESTED + 2 * WINDOW)
const train = windowsOf(series, 0, TRAINED)
const test = windowsOf(series, TRAINED + WINDOW, TESTED)

const model = sequential([
  layers.lstm({ units: 32, inputShape: [WINDOW, 1] }),
  layers.dense({ units: 1 }),
])
const learningRate = schedules.cosineDecay({
  initialLearningRate: 0.01,
  decaySteps: Math.ceil(TRAINED / BATCH) * EPOCHS,
})
model.compile({
  optimizer: optimizers.adam({ learningRate }),
  loss: 'meanSquaredError',
  metrics: ['meanAbsoluteError'],
})
model.summary()

const started = performance.now()
await model.fit(train.x, train.y, { epochs: EPOCHS, batchSize: BATCH })
const seconds = (performance.now() - started) / 1000
const { meanAbsoluteError } = await model.evaluate(test.x, test.y)
const { x, y } = test.values
const repeated = y.reduce((sum, value, i) => sum + Math.abs(value - x[i * WINDOW + WINDOW - 1]), 0)
const naive = repeated / TESTED
console.log(
  `\ntrained in ${seconds.toFixed(1)} s; on values never trained on: mean absolute error ` +
    `${meanAbsoluteError.toFixed(4)}; repeating the last value: ${naive.toFixed(4)}`,
)
if (!(meanAbsoluteError < FLOOR * naive)) throw new Error(`the error is over ${FLOOR} of that`)
