// An agent that learns to balance a pole on a cart, from nothing but how long it stays up: REINFORCE
// (Williams 1992). It plays some games at once, and then what it did in them becomes likelier the longer
// the pole stood afterwards: a classifier of its own actions, weighted by what came of them.
// Run: node examples/cartpole/train.mjs

import { init, layers, optimizers, sequential, tensor } from 'gradloom'
import { uniform } from '../random.mjs'
import { FEATURES, hasFallen, pushed, start } from './cart.mjs'

const GAMES = 16
const MOST = 200
const ROUNDS = 60
const DISCOUNT = 0.98
const FLOOR = 150

// So little work is not worth dividing.
await init({ seed: 42, threads: 1 })
const chance = uniform(7)
const agent = sequential([
  layers.dense({ units: 32, activation: 'tanh', inputShape: [FEATURES] }),
  layers.dense({ units: 2, activation: 'softmax' }),
])
agent.compile({
  optimizer: optimizers.adam({ learningRate: 0.02 }),
  loss: 'sparseCategoricalCrossentropy',
})
agent.summary()

/** Plays games side by side until all poles are down: the carts and actions of each. */
const play = async (games, choose) => {
  const carts = Array.from({ length: games }, () => start(chance))
  const played = carts.map(() => ({ carts: [], actions: [] }))
  for (let step = 0; step < MOST && !carts.every(hasFallen); step++) {
    const odds = await (await agent.predict(carts)).array()
    for (const [i, cart] of carts.entries()) {
      if (hasFallen(cart)) continue
      const action = choose(odds[i])
      played[i].carts.push(cart)
      played[i].actions.push(action)
      carts[i] = pushed(cart, action)
    }
  }
  return played
}

/** For each action, the steps that the pole stood after it, later ones counting less. */
const returnsOf = ({ actions }) =>
  actions.map((_, i) => (1 - DISCOUNT ** (actions.length - i)) / (1 - DISCOUNT))

/** Games as one batch of always the same size: what is behind their end has no weight. */
const batchOf = (played) => {
  const returns = played.flatMap(returnsOf)
  const mean = returns.reduce((a, b) => a + b) / returns.length
  const deviation = Math.sqrt(returns.reduce((sum, r) => sum + (r - mean) ** 2, 0) / returns.length)
  const x = new Float32Array(GAMES * MOST * FEATURES)
  const y = new Int32Array(GAMES * MOST)
  const sampleWeight = new Float32Array(GAMES * MOST)
  x.set(played.flatMap(({ carts }) => carts.flat()))
  y.set(played.flatMap(({ actions }) => actions))
  sampleWeight.set(returns.map((r) => (r - mean) / (deviation + 1e-6)))
  return { x: tensor(x, [GAMES * MOST, FEATURES]), y, sampleWeight }
}

const meanLength = (played) =>
  played.reduce((sum, { actions }) => sum + actions.length, 0) / played.length

const started = performance.now()
for (let round = 1; round <= ROUNDS; round++) {
  const played = await play(GAMES, ([left]) => (chance() < left ? 0 : 1))
  const { x, y, sampleWeight } = batchOf(played)
  await agent.trainOnBatch(x, y, { sampleWeight })
  if (round % 5 === 0) {
    console.log(`round ${round}: the poles stood ${meanLength(played).toFixed(1)} of ${MOST} steps`)
  }
}
console.log(`trained in ${((performance.now() - started) / 1000).toFixed(1)} s`)
const length = meanLength(await play(100, ([left, right]) => (left > right ? 0 : 1)))
console.log(
  `\nin 100 new games, always taking the likelier push: ${length.toFixed(1)} of ${MOST} steps`,
)
if (!(length >= FLOOR)) throw new Error(`a mean of ${length} steps is under ${FLOOR}`)
