import { describe, expect, it } from 'vitest'
import { tensor } from '../tensor.ts'
import { refusal } from '../testing/refusal.ts'
import { classWeights } from './class-weight.ts'

const byClass = { 0: 0.5, 2: 3 }
const own = tensor([1, 2, 3, 4])

describe('class weights', () => {
  it.each([
    ['class numbers', tensor(Int32Array.of(0, 1, 2, 0))],
    ['a column', tensor([[0], [1], [2], [0]])],
    [
      'one-hot rows',
      tensor([
        [1, 0, 0],
        [0, 1, 0],
        [0, 0, 1],
        [1, 0, 0],
      ]),
    ],
  ])('are those of %s', (_, y) => {
    expect([...classWeights(y, byClass, undefined, 4).elements]).toEqual([0.5, 1, 3, 0.5])
  })

  it('multiply with the weights of samples', () => {
    const y = tensor(Int32Array.of(0, 1, 2, 0))
    expect([...classWeights(y, byClass, own, 4).elements]).toEqual([0.5, 2, 9, 2])
  })

  it('leave the samples behind the trained ones alone', () => {
    const y = tensor(Int32Array.of(0, 1, 2, 0))
    expect([...classWeights(y, byClass, own, 2).elements]).toEqual([0.5, 2, 3, 4])
  })

  it('take the first of equal scores, as argmax does', () => {
    expect([...classWeights(tensor([[1, 1, 0]]), byClass, undefined, 1).elements]).toEqual([0.5])
  })

  it('refuse what has no class, and what is no weight', () => {
    const weigh = (y: Parameters<typeof classWeights>[0], weights: object) => () =>
      classWeights(y, weights as never, undefined, 1)
    expect(weigh(tensor([[[1]]]), byClass)).toThrow(
      refusal('argument', '[1, 1, 1]', 'sampleWeight'),
    )
    const places = tensor([[1, 1]])
    expect(() => classWeights(tensor([0]), byClass, places, 1)).toThrow(
      refusal('argument', 'sampleWeight', '[1, 2]'),
    )
    expect(weigh(tensor([0]), { 0: Number.NaN })).toThrow(refusal('argument', 'class 0', 'NaN'))
    expect(weigh(tensor([0]), { cat: 1 })).toThrow(refusal('argument', 'by class number'))
  })
})
