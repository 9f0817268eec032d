// jax-js as a subject on its wasm backend. The package has neither layers nor an optimizer, so the
// whole step (forward, gradients, Adam, loss and accuracy sums) is written out and jitted once.
import { randomFloats, rawData, shuffledOrder, uniform } from '../data.mjs'
import { seconds } from '../sample.mjs'
import { networkOf } from './jax-networks.mjs'

const beta1 = 0.9
const beta2 = 0.999
const rate = 1e-3

async function load() {
  const jax = await import('@jax-js/jax')
  await jax.init('wasm')
  jax.defaultDevice('wasm')
  return jax
}

const matrix = (np, values, shape) => np.array(values).reshape(shape)

/** One product op(A)[m,k] · op(B)[k,n]; transposed views are compiled into the product. */
export async function prepareGemm({ size, batch, ta, tb }) {
  const { numpy: np, jit, blockUntilReady } = await load()
  const shape = batch === 1 ? [size, size] : [batch, size, size]
  const a = matrix(np, randomFloats(batch * size * size, 1), shape)
  const b = matrix(np, randomFloats(batch * size * size, 2), shape)
  const turned = (t, x) => (t ? np.matrixTranspose(x) : x)
  const product = jit((x, y) => np.matmul(turned(ta, x), turned(tb, y)))
  const run = (repeats) =>
    seconds(async () => {
      for (let i = 0; i < repeats; i++) (await blockUntilReady(product(a.ref, b.ref))).dispose()
    })
  return { run }
}

/** Mean cross-entropy and right answers; y: one-hot [rows, classes]. */
function lossAndHits({ numpy: np, nn }, logits, y) {
  const hits = np.argmax(logits.ref, 1).equal(np.argmax(y.ref, 1)).astype(np.float32).sum()
  const [rows] = logits.shape
  return [
    nn
      .logSoftmax(logits)
      .mul(y)
      .sum()
      .mul(-1 / rows),
    hits,
  ]
}

/** state: { p, m, v: weights, sums: [2] }; x, y: a batch of `rawData`. */
function trainingStep(jax, { widths, transformer }, forward) {
  const { numpy: np, nn, valueAndGrad } = jax
  const oneHot = (y) => (transformer ? nn.oneHot(y.reshape([-1]), widths.at(-1)) : y)
  const goal = (weights, x, y) => lossAndHits(jax, forward(weights, x), oneHot(y))

  const adam = (p, m, v, g, c1, c2) => {
    const m1 = m.mul(beta1).add(g.ref.mul(1 - beta1))
    const v1 = v.mul(beta2).add(np.square(g).mul(1 - beta2))
    const change = m1.ref.mul(c1.ref).div(np.sqrt(v1.ref.mul(c2.ref)).add(1e-7))
    return [p.sub(change), m1, v1]
  }

  return (state, [c1, c2], x, y) => {
    const weights = state.p.map((p) => p.ref)
    const [[loss, hits], grads] = valueAndGrad(goal, { hasAux: true })(weights, x, y)
    const moved = grads.map((g, i) => adam(state.p[i], state.m[i], state.v[i], g, c1, c2))
    const [p, m, v] = [0, 1, 2].map((slot) => moved.map((slots) => slots[slot]))
    c1.dispose()
    c2.dispose()
    return { p, m, v, sums: state.sums.add(np.stack([loss, hits])) }
  }
}

function initialState(np, weights) {
  const zeros = () => weights.map(({ shape }) => np.zeros(shape))
  const p = weights.map(({ shape, values }) => matrix(np, values, shape))
  return { p, m: zeros(), v: zeros(), sums: np.zeros([2]) }
}

/** A training loop over shuffled batches; the state stays on the device between steps. */
async function createLoop(job, data, jitted) {
  const { batch, rows } = job
  const jax = await load()
  const { numpy: np, blockUntilReady } = jax
  const { weights, forward } = networkOf(jax, job)
  const plain = trainingStep(jax, job, forward)
  const step = jitted ? jax.jit(plain) : plain
  const next = uniform(3)
  const loop = { state: initialState(np, weights), steps: 0 }
  const oneStep = async (chosen) => {
    loop.steps++
    const corrections = [
      np.array(rate / (1 - beta1 ** loop.steps)),
      np.array(1 / (1 - beta2 ** loop.steps)),
    ]
    const x = matrix(np, gather(data.x, chosen, data.inputs), [batch, data.inputs])
    const y = matrix(np, gather(data.y, chosen, data.outputs), [batch, data.outputs])
    loop.state = step(loop.state, corrections, x, y)
    await blockUntilReady(loop.state.sums) // the step's one program computes all
  }
  loop.epoch = async () => {
    const order = shuffledOrder(rows, next)
    for (let i = 0; i < rows; i += batch) await oneStep(order.subarray(i, i + batch))
  }
  loop.takeSums = async () => {
    const sums = await loop.state.sums.data()
    loop.state.sums = np.zeros([2])
    return sums
  }
  loop.settle = () => blockUntilReady(loop.state)
  return loop
}

function gather(values, rows, width) {
  const out = new values.constructor(rows.length * width)
  for (let i = 0; i < rows.length; i++) {
    out.set(values.subarray(rows[i] * width, (rows[i] + 1) * width), i * width)
  }
  return out
}

export async function prepareTraining(job) {
  const { batch, rows } = job
  const loop = await createLoop(job, rawData(job), true)
  let sums
  const run = (epochs) =>
    seconds(async () => {
      for (let e = 0; e < epochs; e++) {
        await loop.epoch()
        sums = await loop.takeSums()
      }
    })
  const finish = () => ({ way: 'whole step jitted', loss: sums[0] / (rows / batch) })
  return { run, unitsPerRun: rows / batch, finish }
}

/** From nothing imported to the first batch trained; one step is faster without compiling it. */
export async function firstBatch({ data, ...job }) {
  const samples = { ...data, outputs: data.classes }
  const loop = await createLoop({ ...job, rows: job.batch }, samples, false)
  await loop.epoch()
  await loop.settle()
  return { loss: (await loop.takeSums())[0] }
}
