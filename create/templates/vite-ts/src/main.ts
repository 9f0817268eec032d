// Trains a small classifier in the page, on all cores, and draws what it has learnt.

import './style.css'
import { info, init, type Logs, layers, optimizers, sequential } from 'gradloom'
import { drawMap } from './draw'
import { spirals } from './spirals'

const EPOCHS = 40
const byId = <T extends HTMLElement>(id: string): T => document.getElementById(id) as T
const trainButton = byId<HTMLButtonElement>('train')
const stopButton = byId<HTMLButtonElement>('stop')
const map = byId<HTMLCanvasElement>('map')

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
await drawMap(map, model, points)

const show = (epoch: number, { loss = 0, accuracy = 0 }: Logs): void => {
  byId('status').textContent =
    `epoch ${epoch + 1}: loss ${loss.toFixed(4)}, accuracy ${(100 * accuracy).toFixed(1)} %`
}

trainButton.onclick = async () => {
  trainButton.disabled = true
  stopButton.disabled = false
  await model.fit(points.x, points.y, {
    epochs: EPOCHS,
    batchSize: 32,
    verbose: 0,
    callbacks: [{ onEpochEnd: show }],
  })
  await drawMap(map, model, points)
  byId('status').textContent += ' (done)'
  trainButton.disabled = false
  stopButton.disabled = true
}
stopButton.onclick = () => model.stop()
trainButton.disabled = false
