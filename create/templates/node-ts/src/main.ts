// Trains a classifier on all cores, evaluates it on data that it never saw, saves it and loads it again.

import { info, init, layers, loadModel, optimizers, sequential, trainTestSplit } from 'gradloom'
import { spirals } from './spirals.js'

await init({ seed: 1 })
console.log(info().reason)

const { train, test } = trainTestSplit(spirals(2000), { testSize: 400, seed: 1 })

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
model.summary()
await model.fit(train.x, train.y, { epochs: 30 })

const scores = await model.evaluate(test.x, test.y)
console.log('on points never trained on:', scores)

await model.save('spirals.safetensors')
const loaded = await loadModel('spirals.safetensors')
const again = await loaded.evaluate(test.x, test.y)
console.log('after loading the file:', again)
