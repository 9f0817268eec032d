import { describe, expect, it } from 'vitest'
import * as checks from './checks.ts'
import { GradloomError } from './errors.ts'

type Check = (subject: string, option: string, x: unknown) => unknown

const functions = { ...checks } as unknown as Readonly<Record<string, Check>>

const cases: [keyof typeof checks & string, unknown[], unknown[]][] = [
  ['positiveWhole', [1, 7], [0, -1, 1.5, Number.NaN, '3', undefined]],
  ['whole', [0, 7], [-1, 0.5, Number.POSITIVE_INFINITY, null]],
  ['finite', [0, -2.5], [Number.NaN, Number.POSITIVE_INFINITY, '1']],
  ['positive', [1e-9], [0, -1, Number.NaN]],
  ['notNegative', [0, 3.5], [-1e-9, Number.NaN]],
  ['belowOne', [0, 0.999], [1, -0.1, Number.NaN]],
  ['fraction', [0, 1], [1.01, -0.1, Number.NaN]],
  ['flag', [true, false], [0, 'true', undefined]],
  ['sizes', [[], [28, 28]], [[0], [2.5], 5, [null, 3]]],
]

describe.each(cases)('%s', (name, good, bad) => {
  const call = (x: unknown) => (functions[name] as Check)('dense', 'units', x)

  it('returns what is right', () => {
    for (const x of good) expect(call(x)).toBe(x)
  })

  it('throws on what is wrong, naming the subject, the option and the value', () => {
    for (const x of bad) {
      expect(() => call(x)).toThrow(GradloomError)
      expect(() => call(x)).toThrow(/^dense: units must be .*, but it is /)
    }
  })
})

it('shows strings in quotes', () => {
  expect(checks.badArgument('dense', 'units', '3', 'a number')).toMatchObject({
    code: 'argument',
    subject: 'dense',
    message: expect.stringMatching(/^dense: units must be a number, but it is '3'\.$/m),
  })
})
