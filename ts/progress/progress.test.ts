// Formats, the running line in narrow terminals, and the choice of the output.

import { afterEach, describe, expect, it, vi } from 'vitest'
import { showDuration, showRate, showValue } from './format.ts'
import { finishedLine, type ProgressState, runningLine } from './line.ts'
import { defaultOutput, streamOutput } from './output.ts'

describe('formats', () => {
  it.each([
    [0, '0'],
    [1, '1.0000'],
    [0.12345, '0.1235'],
    [-2.5, '-2.5000'],
    [0.001, '1.0000e-3'],
    [0.00032, '3.2000e-4'],
    [1234567, '1.2346e+6'],
    [Number.NaN, 'NaN'],
    [Number.POSITIVE_INFINITY, 'Infinity'],
  ])('the value %d as %s', (value, text) => expect(showValue(value)).toBe(text))

  it.each([
    [0.25, '0.3'],
    [870.4, '870'],
    [999.4, '999'],
    [1000, '1.0k'],
    [98_240, '98.2k'],
    [999_949, '999.9k'],
    [999_950, '1.0M'],
    [1_300_000, '1.3M'],
  ])('the rate %d as %s', (value, text) => expect(showRate(value)).toBe(text))

  it.each([
    [0, '0ms'],
    [0.0342, '34ms'],
    [0.9994, '999ms'],
    [0.9996, '1.0s'],
    [3.14, '3.1s'],
    [9.96, '10s'],
    [59.4, '59s'],
    [59.6, '1:00'],
    [125, '2:05'],
    [3607, '1:00:07'],
  ])('%d seconds as %s', (value, text) => expect(showDuration(value)).toBe(text))
})

const state: ProgressState = {
  epoch: 2,
  epochs: 10,
  batch: 50,
  steps: 200,
  batchSize: 32,
  seconds: 0.5,
  logs: { loss: 0.5, accuracy: 0.75 },
}
const bar = `${'━'.repeat(5)}${'─'.repeat(15)}`

describe('lines', () => {
  it('hold bar, time left, speed and numbers', () => {
    expect(runningLine(state, 200, false)).toBe(
      `Epoch  3/10 ${bar}  50/200 - ETA 1.5s - 3.2k samples/s - loss 0.5000 - accuracy 0.7500`,
    )
    expect(finishedLine(state, 0.75)).toBe(
      'Epoch  3/10 - 750ms - 3.2k samples/s - loss 0.5000 - accuracy 0.7500',
    )
  })

  it('hold no bar and no time left where the number of steps is unknown', () => {
    expect(runningLine({ ...state, steps: undefined }, 200, false)).toBe(
      'Epoch  3/10 50 batches - 3.2k samples/s - loss 0.5000 - accuracy 0.7500',
    )
  })

  it('fit into every width', () => {
    for (let columns = 1; columns < 120; columns++) {
      expect(runningLine(state, columns, false).length).toBeLessThan(columns)
    }
    expect(runningLine(state, 60, false)).toBe(`Epoch  3/10 ${bar}  50/200 - ETA 1.5s`)
    expect(runningLine(state, 30, false)).toBe('Epoch  3/10  50/200')
  })

  it('are as wide in colour', () => {
    const coloured = runningLine(state, 70, true)
    expect(coloured).toContain('\u001b[32m━━━━━\u001b[90m')
    // biome-ignore lint/suspicious/noControlCharactersInRegex: that is what colours are made of
    expect(coloured.replace(/\u001b\[\d+m/g, '').replaceAll('━', '─')).toBe(
      runningLine(state, 70, false).replaceAll('━', '─'),
    )
  })

  it('stay within the bar when there are more batches than steps', () => {
    const line = runningLine({ ...state, batch: 300 }, 200, false)
    expect(line).toContain(`${'━'.repeat(20)} 300/200 - ETA 0ms`)
  })
})

describe('output', () => {
  afterEach(() => vi.unstubAllGlobals())

  it.each([
    [true, {}, true, true],
    [true, { NO_COLOR: '1' }, true, false],
    [true, { NO_COLOR: '' }, true, true],
    [true, { TERM: 'dumb' }, false, false],
    [false, {}, false, false],
  ])('terminal %s, %j: live %s, colour %s', (isTTY, env, live, colour) => {
    const output = streamOutput({ isTTY, write: () => {} }, env)
    expect([output.live, output.colour, output.columns()]).toEqual([live, colour, 80])
  })

  it('writes nothing to a pipe until a line is whole', () => {
    const write = vi.fn()
    const output = streamOutput({ write })
    output.redraw('a')
    output.print('b')
    expect(write.mock.calls).toEqual([['b\n']])
  })

  it('is standard output in Node, the console elsewhere', () => {
    const write = vi.spyOn(process.stdout, 'write').mockReturnValue(true)
    defaultOutput().print('to a stream')
    expect(write.mock.calls.map(([text]) => String(text).endsWith('to a stream\n'))).toContain(true)
    write.mockRestore()
    const log = vi.spyOn(console, 'log').mockImplementation(() => {})
    vi.stubGlobal('process', undefined)
    const output = defaultOutput()
    output.print('to the console')
    output.redraw('never')
    vi.unstubAllGlobals()
    expect(log.mock.calls).toEqual([['to the console']])
    expect([output.live, output.colour, output.columns()]).toEqual([false, false, 80])
    log.mockRestore()
  })
})
