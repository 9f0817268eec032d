// Gradloom as a subject, through its public API only. The raw products go through the internal
// dist/node/bench.js: `gemm({ m, n, k, ta, tb, batch, threads, repeats })` resolves to seconds.
import { existsSync } from 'node:fs'
import { convnetLayers } from './convnet.mjs'
import { trainingData } from './data.mjs'
import { trainedWeights } from './inference.mjs'
import { lstmLayers } from './lstm.mjs'
import { seconds } from './sample.mjs'
import { transformer } from './transformer.mjs'

const dist = (path) => new URL(`../dist/${path}`, import.meta.url)

/** A product of this repository that the bench needs has not been built. */
export class NotBuilt extends Error {}

async function load(path) {
  if (!existsSync(dist(path))) throw new NotBuilt(`not built: dist/${path}`)
  return import(dist(path).href)
}

function denseLayers(layers, widths) {
  return widths.slice(1).map((units, i) =>
    layers.dense({
      units,
      activation: i === widths.length - 2 ? 'softmax' : 'relu',
      ...(i === 0 && { inputShape: [widths[0]] }),
    }),
  )
}

function layersOf(layers, { widths, convnet, lstm }) {
  if (convnet) return convnetLayers(layers, layers.maxPooling2d, widths.at(-1))
  return lstm ? lstmLayers(layers, widths.at(-1)) : denseLayers(layers, widths)
}

function buildModel({ sequential, layers }, job) {
  const model = sequential(layersOf(layers, job))
  model.compile({ optimizer: 'adam', loss: 'categoricalCrossentropy', metrics: ['accuracy'] })
  return model
}

/** Seconds that `repeats` products op(A)[m,k] · op(B)[k,n] took, or throws NotBuilt. */
export async function gemmOurs(options) {
  const { gemm } = await load('node/bench.js')
  return gemm(options)
}

export async function prepareGemm({ size, batch, ta, tb, threads }) {
  const product = { m: size, n: size, k: size, ta, tb, batch, threads }
  await gemmOurs({ ...product, repeats: 1 })
  return { run: (repeats) => gemmOurs({ ...product, repeats }) }
}

function prepareSamples(gradloom, data, job) {
  const x = gradloom.tensor(data.x, [job.rows, data.inputs])
  const y = gradloom.tensor(data.y, [job.rows, data.classes])
  return { x, y, model: buildModel(gradloom, job) }
}

function prepareTokens(gradloom, { x, labels, inputs, classes }, rows) {
  const tokens = (list) => gradloom.tensor(Int32Array.from(list), [rows, inputs])
  return { x: tokens(x), y: tokens(labels), model: transformer(gradloom, inputs, classes) }
}

/** Training steps by `fit` with shuffling, as a user writes it. */
export async function prepareTraining(job) {
  const { widths, batch, rows, threads, mode, source } = job
  const gradloom = await load('node/index.js')
  await gradloom.init({ threads, mode })
  const data = trainingData({ widths, rows, source })
  const { x, y, model } = job.transformer
    ? prepareTokens(gradloom, data, rows)
    : prepareSamples(gradloom, data, job)
  let history
  const run = (epochs) =>
    seconds(async () => {
      history = await model.fit(x, y, { epochs, batchSize: batch, shuffle: true, verbose: 0 })
    })
  const finish = () => ({ way: 'fit', loss: lastLoss(history), mode: gradloom.info().mode })
  return { run, unitsPerRun: rows / batch, finish, library: gradloom }
}

/** `predict` of one batch, the same tensor again and again. */
export async function preparePrediction(job) {
  const { batch, threads, mode } = job
  const gradloom = await load('node/index.js')
  await gradloom.init({ threads, mode })
  const data = trainingData(job)
  const x = gradloom.tensor(data.x, [batch, data.inputs])
  const model = buildModel(gradloom, job)
  const weights = trainedWeights(job).flatMap(({ kernel, shape, bias }) => [
    gradloom.tensor(kernel, shape),
    gradloom.tensor(bias, [bias.length]),
  ])
  await model.setWeights(weights)
  const run = (repeats) =>
    seconds(async () => {
      for (let i = 0; i < repeats; i++) await model.predict(x)
    })
  const output = async () => (await model.predict(x)).data()
  const finish = () => ({ way: 'predict', mode: gradloom.info().mode })
  return { run, finish, output }
}

const lastLoss = (history) => (history.history ?? history).loss.at(-1)

/** From nothing imported to the first batch trained. */
export async function firstBatch({ widths, batch, data }) {
  const gradloom = await load('node/index.js')
  await gradloom.init()
  const x = gradloom.tensor(data.x, [batch, data.inputs])
  const y = gradloom.tensor(data.y, [batch, data.classes])
  const model = buildModel(gradloom, { widths })
  const history = await model.fit(x, y, { epochs: 1, batchSize: batch, verbose: 0 })
  return { loss: lastLoss(history) }
}

/** Memory of the process after so many training steps, in bytes; needs node --expose-gc. */
export async function memoryAfter({ checkpoints, ...job }) {
  const { run, unitsPerRun, library } = await prepareTraining(job)
  const readings = []
  let steps = 0
  for (const target of checkpoints) {
    const epochs = Math.ceil((target - steps) / unitsPerRun)
    await run(epochs)
    steps += epochs * unitsPerRun
    globalThis.gc()
    await new Promise((resolve) => setTimeout(resolve, 100))
    globalThis.gc()
    const { rss, heapUsed, external, arrayBuffers } = process.memoryUsage()
    readings.push({ steps, rss, heapUsed, external, arrayBuffers, info: library.info().memory })
  }
  return { readings }
}
