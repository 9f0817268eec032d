// A training loop of one's own, without a model and without data: a small network learns the swing of a
// damped spring, x″ + 2d·x′ + w²·x = 0 from x = 1 at rest. The loss says how far it is from obeying that
// equation, so it is made of the network's own derivatives: gradients within a gradient. (Raissi,
// Perdikaris, Karniadakis 2019: Physics-informed neural networks.)
// Run: node examples/custom-loop/train.mjs

import { applyGradients, grad, init, jit, ops, schedules, tensor, valueAndGrad } from 'gradloom'

const [DAMPING, FREQUENCY, END] = [0.2, 2, 5]
const [POINTS, UNITS, STEPS] = [64, 32, 2000]
const FLOOR = 0.01

/** rng: i32 [4] → the first weights. */
const firstWeights = (rng) => {
  const normal = (stream, shape, std) => ops.randomNormal({ rng, stream }, shape, 0, std)
  return {
    w1: normal(0, [1, UNITS], 1),
    b1: ops.randomUniform({ rng, stream: 1 }, [UNITS], -END, END),
    w2: normal(2, [UNITS, UNITS], UNITS ** -0.5),
    b2: normal(3, [UNITS], 1),
    w3: normal(4, [UNITS, 1], UNITS ** -0.5),
  }
}

/** t: [N, 1] → x: [N, 1]; whatever the weights, x(0) = 1 and x′(0) = 0. */
const swing = ({ w1, b1, w2, b2, w3 }, t) => {
  const first = ops.tanh(ops.add(ops.matmul(t, w1), b1))
  const second = ops.tanh(ops.add(ops.matmul(first, w2), b2))
  return ops.add(ops.multiply(ops.multiply(t, ops.tanh(t)), ops.matmul(second, w3)), 1)
}

/** f′ of an f that makes of each number another one. */
const derivative = (f) => grad((t) => ops.sum(f(t)))

const lossOf = (weights, t) => {
  const x = (at) => swing(weights, at)
  const speed = derivative(x)
  const force = ops.add(ops.multiply(speed(t), 2 * DAMPING), ops.multiply(x(t), FREQUENCY ** 2))
  return ops.mean(ops.square(ops.add(derivative(speed)(t), force)))
}

const update = applyGradients('adam')

/** A step in one call. */
const train = jit((weights, t, learningRate, state) => {
  const [loss, grads] = valueAndGrad(lossOf)(weights, t)
  return { loss, ...update(weights, grads, state, learningRate) }
})

// So little work is not worth dividing.
await init({ threads: 1 })
const learningRate = schedules.cosineDecay({ initialLearningRate: 0.01, decaySteps: STEPS })
const moments = Float32Array.from({ length: POINTS }, (_, i) => (END * i) / (POINTS - 1))
const t = tensor(moments, [POINTS, 1])
const started = performance.now()
let params = await jit(firstWeights)(Int32Array.of(42, 0, 0, 0))
let state
let loss
for (let step = 0; step <= STEPS; step++) {
  ;({ params, state, loss } = await train(params, t, learningRate.at(step), state))
  if (step % 400 === 0) console.log(`step ${step}: loss ${(await loss.array()).toFixed(6)}`)
}
console.log(`trained in ${((performance.now() - started) / 1000).toFixed(1)} s\n`)

/** The solution in the books. */
const exact = (time) => {
  const w = Math.sqrt(FREQUENCY ** 2 - DAMPING ** 2)
  return Math.exp(-DAMPING * time) * (Math.cos(w * time) + (DAMPING / w) * Math.sin(w * time))
}
const x = await (await jit(swing)(params, t)).data()
for (let i = 0; i < POINTS; i += 3) {
  const place = ' '.repeat(Math.round(30 + 30 * x[i]))
  console.log(`t ${moments[i].toFixed(2)}  x ${x[i].toFixed(3).padStart(6)}  ${place}●`)
}
const error = Math.max(...moments.map((time, i) => Math.abs(x[i] - exact(time))))
console.log(`\nat most ${error.toFixed(4)} from the exact solution`)
if (!(error < FLOOR)) throw new Error(`the error ${error} is over ${FLOOR}`)
