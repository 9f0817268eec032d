// The checks of fit's data: each refusal names the layer or argument, the sample, the shapes and
// the fix.

import { describe, expect, it } from 'vitest'
import { tensor } from '../tensor.ts'
import { refusal } from '../testing/refusal.ts'
import {
  checkData,
  checkFinite,
  checkLabels,
  checkLengths,
  checkNotEmpty,
  findNonFinite,
} from './checks.ts'

const zeros = (...shape: number[]) =>
  tensor(new Float32Array(shape.reduce((a, b) => a * b, 1)), shape)

describe('checkData', () => {
  it('takes what fits, in the dtype of the layer', () => {
    const x = zeros(5, 3)
    expect(checkData(x, [3], 'dense_1')).toBe(x)
    expect(checkData([[1, 2]], [null], 'dense_1').shape).toEqual([1, 2])
    expect(checkData([[1, 2]], [2], 'embedding', 'int32').dtype).toBe('int32')
    expect(checkData([1, 2], [], 'x').shape).toEqual([2])
  })

  it.each([
    [[100, 28, 28], [784], 'reshape the data to [100, 784]'],
    [[784], [784], 'add the batch axis'],
    [[100, 10], [784], "layer's inputShape"],
    [[100, 10], [null, 2], "layer's inputShape"],
    [[], [3], "layer's inputShape"],
  ])('refuses %j for samples of %j', (given, sample, fix) => {
    const expected = `[${['batch', ...sample.map((d) => d ?? 'batch')].join(', ')}]`
    const refused = refusal('shape', 'dense_1: ', expected, `[${given.join(', ')}]`, fix)
    expect(() => checkData(zeros(...given), sample, 'dense_1')).toThrow(refused)
  })

  it('refuses fractions for integer layers', () => {
    expect(() => checkData([[0.5]], [1], 'e', 'int32')).toThrow(refusal('dtype', '0.5'))
  })
})

describe('lengths and emptiness', () => {
  it('names the parts that differ', () => {
    const parts = { x: zeros(4, 2), y: zeros(3), sampleWeight: undefined }
    expect(() => checkLengths(parts)).toThrow(refusal('shape', 'y: 3', '[3]', 'x has 4', '[4, 2]'))
    const scalar = { x: zeros(4, 2), y: tensor(1) }
    expect(() => checkLengths(scalar)).toThrow(refusal('shape', 'y: no samples'))
    checkLengths({ x: zeros(4, 2), y: zeros(4), sampleWeight: zeros(4) })
    checkLengths({})
  })

  it('refuses no samples', () => {
    checkNotEmpty(zeros(1, 2), 'x')
    expect(() => checkNotEmpty(zeros(0, 2), 'x')).toThrow(refusal('empty-data', 'x: [0, 2]'))
  })
})

describe('checkFinite', () => {
  it.each([Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY])('finds %d', (odd) => {
    const x = zeros(4, 2, 3)
    x.elements[17] = odd
    expect(findNonFinite(x)).toBe(17)
    const refused = refusal('non-finite', 'x: sample 2', String(odd), '[2, 1, 2]', '[4, 2, 3]')
    expect(() => checkFinite(x, 'x')).toThrow(refused)
  })

  it('takes the rest', () => {
    checkFinite(zeros(4, 2), 'x')
    checkFinite(tensor(new Int32Array([1])), 'x')
    checkFinite(tensor([3.4e38, -0]), 'x')
  })
})

describe('checkLabels', () => {
  it.each([
    [[0, 1, 10], 2, '10'],
    [[0, -1, 1], 1, '-1'],
    [[0.5, 1, 1], 0, '0.5'],
    [[0, Number.NaN, 1], 1, 'NaN'],
  ])('refuses %j', (labels, sample, label) => {
    const refused = refusal('label-range', `y: sample ${sample}`, `label ${label}`, '0 to 9', '10')
    expect(() => checkLabels(tensor(labels), 10)).toThrow(refused)
  })

  it('names the sample, not the element', () => {
    const y = tensor([
      [0, 1],
      [2, 3],
    ])
    expect(() => checkLabels(y, 3, 'yVal')).toThrow(refusal('label-range', 'yVal: sample 1'))
    checkLabels(y, 4)
  })

  it('may hold the one label that the loss ignores', () => {
    const y = tensor([0, -1, 2])
    expect(() => checkLabels(y, 3, 'y', -1)).not.toThrow()
    expect(() => checkLabels(y, 3, 'y', 255)).toThrow(refusal('label-range', 'y: sample 1'))
  })
})
