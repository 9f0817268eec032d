// jax-js as a subject on its wasm backend. The package has neither layers nor an optimizer, so the
// whole step (forward, gradients, Adam, loss and accuracy sums) is written out and jitted once.
import { initialWeights, randomFloats, shuffledOrder, trainingData, uniform } from '../data.mjs'
import { seconds } from '../sample.mjs'

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

/** state: { p, m, v: [{ w, b }], sums: [2] }; x: [batch, inputs], y: [batch, classes]. */
function trainingStep({ numpy: np, nn, valueAndGrad, tree }, batch) {
  const forward = (params, x) =>
    params.reduce((h, { w, b }, i) => {
      const z = np.matmul(h, w).add(b)
      return i === params.length - 1 ? z : nn.relu(z)
    }, x)

  const lossAndHits = (params, x, y) => {
    const logits = forward(params, x)
    const hits = np.argmax(logits.ref, 1).equal(np.argmax(y.ref, 1)).astype(np.float32).sum()
    return [
      nn
        .logSoftmax(logits)
        .mul(y)
        .sum()
        .mul(-1 / batch),
      hits,
    ]
  }

  const adam = (p, m, v, g, c1, c2) => {
    const m1 = m.mul(beta1).add(g.ref.mul(1 - beta1))
    const v1 = v.mul(beta2).add(np.square(g).mul(1 - beta2))
    const change = m1.ref.mul(c1.ref).div(np.sqrt(v1.ref.mul(c2.ref)).add(1e-7))
    return [p.sub(change), m1, v1]
  }

  return (state, corrections, x, y) => {
    const [[loss, hits], grads] = valueAndGrad(lossAndHits, { hasAux: true })(
      tree.ref(state.p),
      x,
      y,
    )
    const [c1, c2] = corrections
    const next = { p: [], m: [], v: [], sums: state.sums.add(np.stack([loss, hits])) }
    for (let i = 0; i < grads.length; i++) {
      for (const slot of ['p', 'm', 'v']) next[slot].push({})
      for (const name of ['w', 'b']) {
        const args = [state.p[i][name], state.m[i][name], state.v[i][name], grads[i][name]]
        const [p, m, v] = adam(...args, c1, c2)
        Object.assign(next.p[i], { [name]: p })
        Object.assign(next.m[i], { [name]: m })
        Object.assign(next.v[i], { [name]: v })
      }
    }
    c1.dispose()
    c2.dispose()
    return next
  }
}

function initialState(np, widths) {
  const layers = initialWeights(widths)
  const zeros = () => layers.map(({ shape }) => ({ w: np.zeros(shape), b: np.zeros([shape[1]]) }))
  const p = layers.map(({ w, b, shape }) => ({ w: matrix(np, w, shape), b: np.array(b) }))
  return { p, m: zeros(), v: zeros(), sums: np.zeros([2]) }
}

/** A training loop over shuffled batches; the state stays on the device between steps. */
async function createLoop({ widths, batch, data, jitted }) {
  const jax = await load()
  const { numpy: np, blockUntilReady } = jax
  const plain = trainingStep(jax, batch)
  const step = jitted ? jax.jit(plain) : plain
  const next = uniform(3)
  const loop = { state: initialState(np, widths), steps: 0 }
  const oneStep = async (rows) => {
    loop.steps++
    const corrections = [
      np.array(rate / (1 - beta1 ** loop.steps)),
      np.array(1 / (1 - beta2 ** loop.steps)),
    ]
    const x = matrix(np, gather(data.x, rows, data.inputs), [batch, data.inputs])
    const y = matrix(np, gather(data.y, rows, data.classes), [batch, data.classes])
    loop.state = step(loop.state, corrections, x, y)
    await blockUntilReady(loop.state.sums) // the step's one program computes all
  }
  loop.epoch = async () => {
    const order = shuffledOrder(data.rows, next)
    for (let i = 0; i < data.rows; i += batch) await oneStep(order.subarray(i, i + batch))
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
  const out = new Float32Array(rows.length * width)
  for (let i = 0; i < rows.length; i++) {
    out.set(values.subarray(rows[i] * width, (rows[i] + 1) * width), i * width)
  }
  return out
}

export async function prepareTraining({ widths, batch, rows, source }) {
  const data = trainingData({ widths, rows, source })
  const loop = await createLoop({ widths, batch, data, jitted: true })
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
export async function firstBatch({ widths, batch, data }) {
  const loop = await createLoop({ widths, batch, data: { ...data, rows: batch }, jitted: false })
  await loop.epoch()
  await loop.settle()
  return { loss: (await loop.takeSums())[0] }
}
