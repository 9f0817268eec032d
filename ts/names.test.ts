import { describe, expect, it } from 'vitest'
import { choose, editDistance, nearestName, unknownName } from './names.ts'

describe('editDistance', () => {
  it.each([
    ['', '', 0],
    ['abc', 'abc', 0],
    ['', 'abc', 3],
    ['abc', '', 3],
    ['adam', 'adan', 1],
    ['adam', 'adma', 1],
    ['relu', 'rellu', 1],
    ['relu', 'rlu', 1],
    ['kitten', 'sitting', 3],
  ])('%s → %s: %d', (a, b, distance) => {
    expect(editDistance(a, b)).toBe(distance)
  })
})

describe('nearestName', () => {
  const known = ['relu', 'leakyRelu', 'meanSquaredError', 'meanAbsoluteError', 'adam', 'adamw']

  it.each([
    ['rleu', 'relu'],
    ['ReLU', 'relu'],
    ['leaky_relu', 'leakyRelu'],
    ['mean_squared_eror', 'meanSquaredError'],
    ['AdamW', 'adamw'],
    ['entirelyDifferent', undefined],
  ])('%s → %s', (name, expected) => {
    expect(nearestName(name, known)).toBe(expected)
  })

  it('takes the first of several equally near', () => {
    expect(nearestName('c', ['a', 'b'])).toBe('a')
  })
})

describe('choose', () => {
  const table = { relu: 1, tanh: 2 }

  it('returns what the name stands for', () => {
    expect(choose('activation', 'tanh', table)).toBe(2)
  })

  it('names the nearest known name', () => {
    expect(() => choose('activation', 'tanhh', table)).toThrow(
      expect.objectContaining({
        code: 'unknown-name',
        subject: 'tanhh',
        message: expect.stringMatching(
          /^There is no activation named 'tanhh'\. Did you mean 'tanh'\? Known: relu, tanh\.$/m,
        ),
      }),
    )
  })

  it('does not take the names of every object for known', () => {
    expect(() => choose('activation', 'toString', table)).toThrow('no activation named')
  })

  it('gives no hint where nothing is near', () => {
    expect(unknownName('loss', 'xyzxyzxyz', ['huber']).message).toMatch(
      /^There is no loss named 'xyzxyzxyz'\. Known: huber\.$/m,
    )
  })
})
