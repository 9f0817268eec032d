// The rows of the install tests: nothing that trained elsewhere than it should may pass.

import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import expected from '../../test/install/expected.json' with { type: 'json' }
import { Skip } from '../test/rows.mjs'
import { Report } from './rows.mjs'

beforeEach(() => vi.spyOn(console, 'log').mockImplementation(() => {}))
afterEach(() => vi.restoreAllMocks())

const shared = { mode: 'shared', reason: /isolated/ }
const good = { mode: 'shared', reason: 'the page is isolated', threads: 2, ...expected }

const counts = async (outcome) => {
  const report = new Report()
  await report.trains('row', shared, async () => outcome)
  return [report.passed, report.failed]
}

it('takes the recorded bits in the expected mode', async () => {
  expect(await counts(good)).toEqual([1, 0])
})

it.each([
  ['other bits', { sha256: '0' }],
  ['another mode', { mode: 'replica' }],
  ['another reason', { reason: 'asked for' }],
  ['one thread', { threads: 1 }],
])('refuses %s', async (_, change) => {
  expect(await counts({ ...good, ...change })).toEqual([0, 1])
})

const closed = async (...tasks) => {
  const report = new Report()
  for (const task of tasks) await report.check('row', task)
  const ok = report.close(performance.now())
  return [ok, console.log.mock.calls.at(-1)[0].trim()]
}

it('ends in a total, with skips and their reasons', async () => {
  const passes = () => ''
  const fails = () => {
    throw new Error('no')
  }
  const skips = () => {
    throw new Skip('no such machine')
  }
  expect(await closed(passes)).toEqual([true, '1 passed, 0 failed'])
  expect(await closed(passes, skips)).toEqual([true, '1 passed, 0 failed, 1 skipped'])
  expect(console.log).toHaveBeenCalledWith('skipped row: no such machine')
  expect(await closed(passes, fails)).toEqual([false, '1 passed, 1 failed'])
})

it('is no success when nothing ran', async () => {
  expect((await closed())[0]).toBe(false)
})
