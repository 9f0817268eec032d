// The soak: trains, saves, loads, aborts, disposes and kills workers at random for a while, and says
// whether anything unexpected happened and whether memory stayed flat. No benchmark: it reports no speed.
//
//   npm run soak -- --minutes=30 --seed=1 [--round=18: that one alone]

import { parseArgs } from 'node:util'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { diceOf } from './soak/dice.mjs'
import { flatness, sizesNow } from './soak/memory.mjs'
import { rounds } from './soak/rounds.mjs'

const { values } = parseArgs({
  options: {
    minutes: { type: 'string', default: '30' },
    seed: { type: 'string' },
    round: { type: 'string' },
  },
})
const minutes = Number(values.minutes)
const seed = Number(values.seed ?? Date.now() % 1e6)

setFlagsFromString('--expose-gc')
const collect = runInNewContext('gc')

const started = performance.now()
const elapsed = () => (performance.now() - started) / 60_000
const counts = {}
const samples = []
const problems = []

const settle = async () => {
  // What a finished worker held goes with its exit, which comes some turns later.
  for (let i = 0; i < 3; i++) {
    collect()
    await new Promise((resolve) => setTimeout(resolve, 20))
  }
}

const line = () => {
  const { rss, heap, external, buffers, files, threads } = samples.at(-1) ?? sizesNow(0)
  const done = Object.entries(counts).map(([name, n]) => `${name} ${n}`)
  console.log(
    `${elapsed().toFixed(1).padStart(5)} min  rss ${rss} MB  heap ${heap} MB  external ${external} MB  ` +
      `buffers ${buffers} MB  files ${files}  threads ${threads}  problems ${problems.length} | ${done.join(', ')}`,
  )
}

/** A promise that never settles is what the soak is there to find. */
const inTime = (played) => {
  let timer
  const late = new Promise((_, reject) => {
    timer = setTimeout(() => reject(new Error('it hangs')), 120_000)
  })
  return Promise.race([played, late]).finally(() => clearTimeout(timer))
}

const oneRound = async (name, play, dice, number) => {
  try {
    await inTime(play(dice))
  } catch (error) {
    problems.push(`round ${number}, ${name}: ${error.stack ?? error}`)
    console.error(problems.at(-1))
  }
  counts[name] = (counts[name] ?? 0) + 1
}

const stray = (kind) => (error) => {
  problems.push(`${kind}: ${error?.stack ?? error}`)
  console.error(problems.at(-1))
}
process.on('unhandledRejection', stray('unhandled rejection'))
process.on('uncaughtException', stray('uncaught exception'))

console.log(`soak     ${minutes} minutes, seed ${seed}`)
const ticker = setInterval(line, 10_000)
const only = values.round && Number(values.round)
let number = only ? only - 1 : 0
while (elapsed() < minutes && !(only && number === only)) {
  number++
  // Each round has dice of its own, so that one can be looked at alone.
  const dice = diceOf(seed * 100_003 + number)
  const [name, play] = dice.pick(rounds)
  await oneRound(name, play, dice, number)
  if (number % 5 === 0) {
    await settle()
    samples.push(sizesNow(elapsed()))
  }
}
clearInterval(ticker)
line()
const grown = flatness(samples, minutes)
console.log(`\n${grown.table}`)
for (const what of grown.problems) problems.push(what)
console.log(`${number} rounds, ${problems.length} problems`)
for (const problem of problems) console.log(`  ${problem.split('\n')[0]}`)
console.log(problems.length === 0 ? 'soak     passed' : 'soak     FAILED')
process.exit(problems.length === 0 ? 0 : 1)
