import { describe, expect, it } from 'vitest'
import { refusal } from '../testing/refusal.ts'
import { confusionMatrix } from './confusion-matrix.ts'

describe('confusionMatrix', () => {
  it('counts what is taken for what', () => {
    expect(confusionMatrix([0, 1, 2, 2], [0, 2, 2, 1])).toEqual([
      [1, 0, 0],
      [0, 0, 1],
      [0, 1, 1],
    ])
  })

  it('weighs samples, and has as many classes as asked for', () => {
    expect(confusionMatrix([0, 1], [1, 1], { classes: 3, weights: [0.5, 2] })).toEqual([
      [0, 0.5, 0],
      [0, 2, 0],
      [0, 0, 0],
    ])
  })

  it('refuses what does not fit', () => {
    expect(() => confusionMatrix([0, 1], [1])).toThrow(refusal('argument', '1 predictions'))
    expect(() => confusionMatrix([0, 3], [1, 1], { classes: 3 })).toThrow(
      refusal('label-range', 'yTrue: sample 1'),
    )
    expect(() => confusionMatrix([0], [-1])).toThrow(refusal('label-range', 'yPred'))
    expect(() => confusionMatrix([0], [0], { classes: 0 })).toThrow(refusal('argument', 'classes'))
  })
})
