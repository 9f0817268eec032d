// What becomes of an error on its way through the worker boundary.

import { describe, expect, it } from 'vitest'
import { GradloomError } from '../errors.ts'
import { asFault, fromRecord, isFatal, toRecord } from './faults.ts'

const crossed = (thrown: unknown): Error => fromRecord(structuredClone(toRecord(thrown)))

const coded = (code: string): Error => Object.assign(new Error('no room'), { code })

const trap = (): unknown => {
  // (func unreachable) (start 0)
  const bytes = [
    0, 97, 115, 109, 1, 0, 0, 0, 1, 4, 1, 96, 0, 0, 3, 2, 1, 0, 8, 1, 0, 10, 5, 1, 3, 0, 0, 11,
  ]
  try {
    return new WebAssembly.Instance(new WebAssembly.Module(Uint8Array.from(bytes)))
  } catch (error) {
    return error
  }
}

const overflow = (): unknown => {
  const deeper = (): number => deeper() + 1
  try {
    return deeper()
  } catch (error) {
    return error
  }
}

describe('errors across the boundary', () => {
  it.each<[string, unknown, string, boolean]>([
    ['a GradloomError', new GradloomError('dtype', 'x', { subject: 'y' }), 'dtype', false],
    ['an error of the core', coded('out-of-memory'), 'out-of-memory', false],
    ['a trap', trap(), 'trap', true],
    ['an exhausted stack', overflow(), 'trap', true],
    [
      'an engine without memory',
      new RangeError('Array buffer allocation failed'),
      'out-of-memory',
      false,
    ],
  ])('%s keeps its code and class', (_, thrown, code, fatal) => {
    const error = crossed(thrown)
    expect(error).toBeInstanceOf(GradloomError)
    expect(error).toMatchObject({ code })
    expect(isFatal(error)).toBe(fatal)
  })

  it('keeps message, subject and the stack of the other side', () => {
    const thrown = new GradloomError('shape', 'is not [2]', { subject: 'dense' })
    const error = crossed(thrown)
    expect(error).toMatchObject({ message: thrown.message, subject: 'dense' })
    expect((error.cause as Error).stack).toBe(thrown.stack)
  })

  it('leaves errors that are nobody’s fault but ours as they are', () => {
    const error = crossed(new TypeError('x is not a function'))
    expect(error).not.toBeInstanceOf(GradloomError)
    expect(error).toMatchObject({ name: 'TypeError', message: 'x is not a function' })
    expect(isFatal(error)).toBe(false)
    expect(asFault('just a string')).toBe('just a string')
  })

  it('does not take the codes of Node for its own', () => {
    const error = crossed(Object.assign(new TypeError('bad'), { code: 'ERR_INVALID_ARG_TYPE' }))
    expect(error).not.toBeInstanceOf(GradloomError)
  })
})
