// The transformer of transformer.mjs in TensorFlow.js, which has no attention layer: written with its ops,
// and trained by its Adam.
import { glorot, randomFloats, rawData, shuffledOrder, uniform } from '../data.mjs'
import { seconds } from '../sample.mjs'
import { transformerSize } from '../transformer.mjs'

const { blocks, width, heads, hidden } = transformerSize

/** Drawn like those of jax-networks.mjs, so that both lose the same in each step. */
function initialWeights(tf, steps, vocabulary) {
  const variable = (values, shape) => tf.variable(tf.tensor(values, shape))
  const matrix = (shape, seed) => variable(glorot(shape, seed), shape)
  const table = (rows, seed) => variable(randomFloats(rows * width, seed, 0.05), [rows, width])
  const zeros = (size) => tf.variable(tf.zeros([size]))
  const dense = (inputs, units, seed) => [matrix([inputs, units], seed), zeros(units)]
  const norm = () => [tf.variable(tf.ones([width])), zeros(width)]
  const block = (_, i) => ({
    before: norm(),
    qkv: dense(width, 3 * width, 20 + 4 * i),
    back: dense(width, width, 21 + 4 * i),
    between: norm(),
    inner: dense(width, hidden, 22 + 4 * i),
    outer: dense(hidden, width, 23 + 4 * i),
  })
  return {
    tokens: table(vocabulary, 10),
    places: table(steps, 11),
    blocks: Array.from({ length: blocks }, block),
    after: norm(),
    logits: dense(width, vocabulary, 12),
  }
}

/** tokens: [batch, steps] → logits: [batch·steps, vocabulary] */
function forwardOf(tf, { widths, batch }) {
  const [steps, vocabulary] = widths
  const p = initialWeights(tf, steps, vocabulary)
  const unseen = tf.linalg
    .bandPart(tf.ones([steps, steps]), -1, 0)
    .sub(1)
    .mul(1e9)
  const dense = (x, [w, b]) => tf.matMul(x, w).add(b)
  const norm = (x, [scale, shift]) => {
    const { mean, variance } = tf.moments(x, -1, true)
    return x.sub(mean).mul(variance.add(1e-3).rsqrt()).mul(scale).add(shift)
  }

  const attend = (x, qkv) => {
    const keys = width / heads
    const parts = dense(x, qkv)
      .reshape([batch, steps, 3 * heads, keys])
      .transpose([0, 2, 1, 3])
    const [q, k, v] = tf.split(parts, 3, 1)
    const scores = tf.matMul(q, k, false, true).mul(1 / Math.sqrt(keys))
    const y = tf.matMul(tf.softmax(scores.add(unseen)), v)
    return y.transpose([0, 2, 1, 3]).reshape([batch * steps, width])
  }

  return (tokens) => {
    // A product, because the wasm backend has no kernel for the gradient of `gather`.
    const rows = tf.matMul(tf.oneHot(tokens.flatten(), vocabulary), p.tokens)
    let x = rows
      .reshape([batch, steps, width])
      .add(p.places)
      .reshape([batch * steps, width])
    for (const { before, qkv, back, between, inner, outer } of p.blocks) {
      x = x.add(dense(attend(norm(x, before), qkv), back))
      x = x.add(dense(dense(norm(x, between), inner).relu(), outer))
    }
    return dense(norm(x, p.after), p.logits)
  }
}

/** Epochs over shuffled batches, with the mean loss and the right answers of each step. */
export function transformerEpochs(tf, job) {
  const { batch, rows, widths } = job
  const data = rawData(job)
  const forward = forwardOf(tf, job)
  const optimizer = tf.train.adam(1e-3)
  const [x, y] = [data.x, data.y].map((values) => tf.tensor2d(values, [rows, data.inputs], 'int32'))
  const next = uniform(3)
  const last = {}

  const step = (tokens, labels) => {
    let hits
    const loss = optimizer.minimize(() => {
      const logits = forward(tokens)
      hits = tf.keep(logits.argMax(1).equal(labels).sum())
      return tf.losses.softmaxCrossEntropy(tf.oneHot(labels, widths.at(-1)), logits)
    }, true)
    return { loss, hits }
  }

  const epoch = async () => {
    const order = shuffledOrder(rows, next)
    for (let i = 0; i < rows; i += batch) {
      const { loss, hits } = tf.tidy(() => {
        const chosen = tf.tensor1d(order.subarray(i, i + batch), 'int32')
        return step(tf.gather(x, chosen), tf.gather(y, chosen).flatten())
      })
      last.loss = (await loss.data())[0]
      last.accuracy = (await hits.data())[0] / (batch * data.inputs)
      tf.dispose([loss, hits])
    }
  }

  const run = (epochs) =>
    seconds(async () => {
      for (let e = 0; e < epochs; e++) await epoch()
    })
  return { run, unitsPerRun: rows / batch, finish: () => ({ way: 'ops and minimize', ...last }) }
}
