// TensorFlow.js as a subject, on its cpu or its wasm backend (one thread in Node).
import { createRequire } from 'node:module'
import { convnetLayers } from '../convnet.mjs'
import { randomFloats, trainingData } from '../data.mjs'
import { lstmLayers } from '../lstm.mjs'
import { seconds } from '../sample.mjs'
import { transformerEpochs } from './tfjs-transformer.mjs'

const requireHere = createRequire(import.meta.url)

async function withBackend(tf, backend) {
  await tf.setBackend(backend)
  await tf.ready()
  return tf
}

function load(backend) {
  const tf = requireHere('@tensorflow/tfjs')
  if (backend === 'wasm') requireHere('@tensorflow/tfjs-backend-wasm')
  return withBackend(tf, backend)
}

/** What a network of dense layers needs: it starts in half the time of the whole, but tensors have no methods. */
async function loadParts(backend) {
  const require = createRequire(requireHere.resolve('@tensorflow/tfjs'))
  const tf = require('@tensorflow/tfjs-core')
  const { layers, sequential } = require('@tensorflow/tfjs-layers')
  require(`@tensorflow/tfjs-backend-${backend}`)
  return { ...(await withBackend(tf, backend)), layers, sequential }
}

function denseLayers(tf, widths) {
  return widths.slice(1).map((units, i) =>
    tf.layers.dense({
      units,
      activation: i === widths.length - 2 ? 'softmax' : 'relu',
      ...(i === 0 && { inputShape: [widths[0]] }),
    }),
  )
}

function layersOf(tf, { widths, convnet, lstm }) {
  if (convnet) return convnetLayers(tf.layers, tf.layers.maxPooling2d, widths.at(-1))
  return lstm ? lstmLayers(tf.layers, widths.at(-1)) : denseLayers(tf, widths)
}

function buildModel(tf, job) {
  const model = tf.sequential({ layers: layersOf(tf, job) })
  model.compile({ optimizer: 'adam', loss: 'categoricalCrossentropy', metrics: ['accuracy'] })
  return model
}

/** One product op(A)[m,k] · op(B)[k,n], batched when batch > 1. */
export async function prepareGemm({ backend, size, batch, ta, tb }) {
  const tf = await load(backend)
  const shape = batch === 1 ? [size, size] : [batch, size, size]
  const a = tf.tensor(randomFloats(batch * size * size, 1), shape)
  const b = tf.tensor(randomFloats(batch * size * size, 2), shape)
  const run = (repeats) =>
    seconds(() => {
      for (let i = 0; i < repeats; i++) tf.matMul(a, b, ta, tb).dispose()
    })
  return { run }
}

/** Training steps, by `fit` or by `trainOnBatch` on batches cut beforehand: `job.way`, or the faster one. */
export async function prepareTraining(job) {
  const { backend, widths, batch, rows, source } = job
  const tf = await load(backend)
  if (job.transformer) return transformerEpochs(tf, job)
  const data = trainingData({ widths, rows, source })
  const x = tf.tensor2d(data.x, [rows, data.inputs])
  const y = tf.tensor2d(data.y, [rows, data.classes])
  const model = buildModel(tf, job)
  const ways = { fit: byFit(model, x, y, batch), trainOnBatch: byBatches(tf, model, x, y, batch) }
  const way = job.way ?? (await fasterWay(ways))
  return { run: ways[way], unitsPerRun: rows / batch, finish: () => finalLoss(model, x, y, way) }
}

const byFit = (model, x, y, batchSize) => (epochs) =>
  seconds(() =>
    model.fit(x, y, { epochs, batchSize, shuffle: true, verbose: 0, yieldEvery: 'never' }),
  )

function byBatches(tf, model, x, y, batch) {
  const parts = x.shape[0] / batch
  const xs = tf.split(x, parts)
  const ys = tf.split(y, parts)
  return (epochs) =>
    seconds(async () => {
      for (let e = 0; e < epochs; e++) {
        for (let i = 0; i < parts; i++) await model.trainOnBatch(xs[i], ys[i])
      }
    })
}

async function fasterWay(ways) {
  const best = {}
  for (let round = 0; round < 3; round++) {
    for (const [name, run] of Object.entries(ways)) {
      best[name] = Math.min(best[name] ?? Infinity, await run(1))
    }
  }
  return best.fit <= best.trainOnBatch ? 'fit' : 'trainOnBatch'
}

async function finalLoss(model, x, y, way) {
  const [loss] = model.evaluate(x, y)
  return { way, loss: (await loss.data())[0] }
}

/** From nothing imported to the first batch trained. */
export async function firstBatch({ backend, widths, batch, data }) {
  const tf = await loadParts(backend)
  const x = tf.tensor2d(data.x, [batch, data.inputs])
  const y = tf.tensor2d(data.y, [batch, data.classes])
  const result = await buildModel(tf, { widths }).trainOnBatch(x, y)
  return { loss: result[0] }
}
