// What can happen in a round of the soak. Each play starts the library in a random mode, does its harm, and
// then shows that training works as ever: the weights of a fixed run are the same bits as the first time.

import assert from 'node:assert/strict'
import { mkdtempSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { compiled, dataOf, hashOf, kinds } from './models.mjs'
import { gradloom, workers } from './watched.mjs'

const { init, loadModel, shutdown } = gradloom

const folder = mkdtempSync(join(tmpdir(), 'gradloom-soak-'))
process.on('exit', () => rmSync(folder, { recursive: true, force: true }))

const modes = [
  { mode: 'shared', threads: 1 },
  { mode: 'shared', threads: 2 },
  { mode: 'shared', threads: 4 },
  { mode: 'replica', threads: 2 },
  { mode: 'inline' },
]

const quiet = { verbose: 0 }
/** A fit that does not end by itself. */
const endless = { epochs: 1e6, batchSize: 8, ...quiet }

const reference = new Map()

/** Trains a fresh model of `kind` as always; the bits must be those of every other time. */
const asEver = async (kind) => {
  const model = compiled(kind)
  const { x, y } = dataOf(kind)
  await model.fit(x, y, { epochs: 2, batchSize: 16, shards: 2, ...quiet })
  const hash = await hashOf(model)
  const known = reference.get(kind)
  if (known === undefined) reference.set(kind, hash)
  else assert.equal(hash, known, `${kind}: other bits than before`)
  return model
}

const codeOf = (promise) =>
  promise.then(
    () => 'fulfilled',
    (error) => error?.code ?? `untyped: ${error?.stack ?? error}`,
  )

const expectCode = async (promise, ...codes) => {
  const code = await codeOf(promise)
  assert.ok(codes.includes(code), `expected ${codes.join(' or ')}, not ${code}`)
}

/** Starts the library, plays, shows that all is well, and stops it. */
const inSomeMode =
  (play, choices = modes) =>
  async (dice) => {
    const kind = dice.pick(kinds)
    await init({ ...dice.pick(choices), memoryLimit: 2 ** 28, seed: 1 })
    try {
      await play(dice, kind)
      ;(await asEver(kind)).dispose()
    } finally {
      await shutdown()
    }
  }

const abort = async (dice, kind) => {
  const model = compiled(kind)
  const { x, y } = dataOf(kind)
  for (let i = 0; i < 3; i++) {
    const signal = AbortSignal.timeout(dice.below(80))
    await expectCode(model.fit(x, y, { ...endless, signal }), 'aborted')
  }
  await model.fit(x, y, quiet)
  if (dice.below(2)) model.dispose()
}

const stop = async (dice, kind) => {
  const model = compiled(kind)
  const { x, y } = dataOf(kind)
  const training = model.fit(x, y, endless)
  await sleep(dice.below(80))
  await expectCode(model.fit(x, y, quiet), 'busy')
  model.stop()
  await training
}

const dispose = async (dice, kind) => {
  const model = compiled(kind)
  const { x, y } = dataOf(kind)
  const outcome = codeOf(model.fit(x, y, endless))
  await sleep(dice.below(80))
  model.dispose()
  assert.equal(await outcome, 'disposed')
  await expectCode(model.predict(x), 'disposed')
}

const close = async (dice, kind) => {
  const model = compiled(kind)
  const { x, y } = dataOf(kind)
  const outcome = codeOf(model.fit(x, y, endless))
  await sleep(dice.below(60))
  await shutdown()
  const code = await outcome
  assert.ok(['disposed', 'not-initialized', 'aborted'].includes(code), `shutdown: ${code}`)
  await init({ mode: 'shared', threads: 2, memoryLimit: 2 ** 28, seed: 1 })
}

const killBusy = async (dice, kind) => {
  const model = compiled(kind)
  const { x, y } = dataOf(kind)
  await model.fit(x, y, quiet)
  const before = await hashOf(model)
  const outcome = codeOf(model.fit(x, y, endless))
  await sleep(dice.below(100))
  await dice.pick(workers()).terminate()
  const code = await outcome
  assert.ok(['worker-died', 'worker-start'].includes(code), `kill: ${code}`)
  assert.equal(await hashOf(model), before, 'the model is not back at its copy')
  await model.fit(x, y, quiet)
  if (dice.below(2)) model.dispose()
}

const killIdle = async (dice, kind) => {
  const model = compiled(kind)
  const { x, y } = dataOf(kind)
  await model.fit(x, y, quiet)
  const before = await hashOf(model)
  await dice.pick(workers()).terminate()
  assert.equal(await hashOf(model), before)
  await model.fit(x, y, quiet)
}

const saveAndLoad = async (dice, kind) => {
  const file = join(folder, 'model.safetensors')
  const model = await asEver(kind)
  const { x, y } = dataOf(kind)
  const saving = model.save(file)
  if (dice.below(2)) await saving
  const more = model.fit(x, y, { batchSize: 16, ...quiet })
  await Promise.all([saving, more])
  await model.save(file)
  const again = await loadModel(file)
  assert.equal(await hashOf(again), await hashOf(model), 'a loaded model has other bits')
  const go = { batchSize: 16, shards: 2, ...quiet }
  await Promise.all([model.fit(x, y, go), again.fit(x, y, go)])
  assert.equal(await hashOf(again), await hashOf(model), 'a loaded model trains to other bits')
  if (dice.below(2)) model.dispose()
}

const badFile = async (dice, kind) => {
  const file = join(folder, 'bad.safetensors')
  const model = await asEver(kind)
  await model.save(file)
  const bytes = readFileSync(file)
  if (dice.below(2)) truncateSync(file, dice.below(bytes.length))
  else {
    const header = Number(bytes.readBigUint64LE(0))
    bytes[8 + dice.below(header)] ^= 1 << dice.below(7)
    writeFileSync(file, bytes)
  }
  const code = await codeOf(loadModel(file))
  // A changed letter of a name, or digit of an option, may be another valid model.
  const fine = ['file-format', 'unknown-name', 'unsupported', 'fulfilled']
  assert.ok(fine.includes(code), `a damaged file: ${code}`)
}

const several = async (dice, kind) => {
  const { x, y } = dataOf(kind)
  const models = Array.from({ length: 2 + dice.below(3) }, () => compiled(kind))
  await Promise.all(models.map((model) => model.fit(x, y, { batchSize: 16, ...quiet })))
  const [first, ...others] = await Promise.all(models.map(hashOf))
  for (const hash of others) assert.equal(hash, first, 'models side by side differ')
}

const plain = async (dice, kind) => {
  const { x, y } = dataOf(kind)
  const model = await asEver(kind)
  for (let i = 0; i < 5; i++) await model.trainOnBatch(x, y)
  await model.evaluate(x, y)
  await model.predict(x, { batchSize: 1 + dice.below(40) })
}

const withWorkers = modes.filter(({ mode }) => mode !== 'inline')

export const rounds = [
  ['abort', inSomeMode(abort)],
  ['stop', inSomeMode(stop)],
  ['dispose', inSomeMode(dispose)],
  ['shutdown', inSomeMode(close)],
  ['kill busy', inSomeMode(killBusy, withWorkers)],
  ['kill busy', inSomeMode(killBusy, withWorkers)],
  ['kill idle', inSomeMode(killIdle, withWorkers)],
  ['save and load', inSomeMode(saveAndLoad)],
  ['bad file', inSomeMode(badFile)],
  ['several', inSomeMode(several)],
  ['train', inSomeMode(plain)],
]
