import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { operators } from './adapter.ts'
import { type Case, readCases } from './cases.ts'
import { runCases } from './run.ts'

/** By operator and case, or '*' for all cases: why they do not pass. */
type Failing = Readonly<Record<string, Readonly<Record<string, string>>>>

const failing: Failing = JSON.parse(readFileSync(new URL('failing.json', import.meta.url), 'utf8'))
const cases = readCases()
const named = (op: string): Case[] => cases.filter((c) => c.op === op)
const isRecorded = ({ op, name }: Case): boolean => {
  const reasons = failing[op] ?? {}
  return '*' in reasons || name in reasons
}

describe.each([...new Set(cases.map((c) => c.op))])('%s', (op) => {
  const own = named(op)
  const passing = own.filter((c) => !isRecorded(c)).length
  it(`passes ${passing} of ${own.length} ONNX cases`, () => {
    const verdicts = operators[op] ? runCases(own) : own.map(() => 'not in the adapter')
    const worse = own.flatMap((c, i) =>
      verdicts[i] !== undefined && !isRecorded(c) ? [`${c.name}: ${verdicts[i]}`] : [],
    )
    const better = own.filter((c, i) => verdicts[i] === undefined && isRecorded(c))
    expect(worse, 'these passed before').toEqual([])
    expect(
      better.map(({ name }) => name),
      'these pass now: take them out of failing.json',
    ).toEqual([])
  })
})

describe('the ONNX cases', () => {
  it('are compared number by number, shape by shape', () => {
    const add = named('Add').find(({ name }) => name === 'add') as Case
    const [sums] = add.outputs
    if (!sums) throw new Error('add has no output')
    const last = sums.data.length - 1
    const off = sums.data.slice()
    off[last] = (off[last] as number) * 1.01
    const flat = { ...sums, shape: [sums.data.length] }
    const [same, near, shape] = runCases([
      add,
      { ...add, name: 'b', outputs: [{ ...sums, data: off }] },
      { ...add, name: 'c', outputs: [flat] },
    ])
    expect(same).toBeUndefined()
    expect(near).toMatch(`element ${last} is`)
    expect(shape).toMatch('shape [3,4,5], not [60]')
  })

  it('that fail are recorded under names that there are', () => {
    const known = new Set(cases.flatMap(({ op, name }) => [`${op} ${name}`, `${op} *`]))
    const recorded = Object.entries(failing).flatMap(([op, reasons]) =>
      Object.keys(reasons).map((name) => `${op} ${name}`),
    )
    expect(recorded.filter((name) => !known.has(name))).toEqual([])
  })
})
