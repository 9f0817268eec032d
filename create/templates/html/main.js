// Trains a small classifier in the page, on all cores, and draws what it has learnt.

import { info, init, layers, optimizers, sequential } from 'gradloom'
import { drawMap } from './draw.js'
import { spirals } from './spirals.js'

const EPOCHS = 40
const byId = (id) => document.getElementById(id)

await init({ seed: 1 })
byId('mode').textContent = info().reason

const points = spirals(1000)
const model = sequential([
  layers.dense({ units: 32, activation: 'relu', inputShape: [2] }),
  layers.dense({ units: 32, activation: 'relu' }),
  layers.dense({ units: 2, activation: 'softmax' }),
])
model.compile({
  optimizer: optimizers.adam({ learningRate: 0.01 }),
  loss: 'sparseCategoricalCrossentropy',
  metrics: ['accuracy'],
})
await drawMap(byId('map'), model, points)

const show = (epoch, { loss, accuracy }) => {
  byId('status').textContent =
    `epoch ${epoch + 1}: loss ${loss.toFixed(4)}, accuracy ${(100 * accuracy).toFixed(1)} %`
}

byId('train').onclick = async () => {
  byId('train').disabled = true
  byId('stop').disabled = false
  await model.fit(points.x, points.y, {
    epochs: EPOCHS,
    batchSize: 32,
    verbose: 0,
    callbacks: [{ onEpochEnd: show }],
  })
  await drawMap(byId('map'), model, points)
  byId('status').textContent += ' (done)'
  byId('train').disabled = false
  byId('stop').disabled = true
}
byId('stop').onclick = () => model.stop()
byId('train').disabled = false
