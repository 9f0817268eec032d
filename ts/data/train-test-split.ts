// Splits samples into a part to train on and a part to test with, as scikit-learn's function of
// that name.

import { GradloomError } from '../errors.ts'
import { sizeOf } from '../shape.ts'
import { asTensor, type Tensor, type TensorLike } from '../tensor.ts'
import { takeRows } from './rows.ts'
import { type Arrays, permutation, type Tensors, toTensors } from './shuffle.ts'

export interface SplitOptions {
  /** Share of the samples (below 1) or their number. Default 0.25. */
  testSize?: number
  /** Default 0. */
  seed?: number
  /** Whether to shuffle first. Default true. */
  shuffle?: boolean
  /** Class numbers or one-hot rows: both parts get the same share of each class. */
  stratify?: TensorLike
}

/**
 * `const { train, test } = trainTestSplit({ x, y }, { testSize: 0.2, stratify: y })`.
 * Each array: [N, ...]. Needs `await init()` unless `shuffle` is false.
 */
export const trainTestSplit = <T extends Arrays>(
  arrays: T,
  options: SplitOptions = {},
): { train: Tensors<T>; test: Tensors<T> } => {
  const tensors = toTensors(arrays)
  const samples = Object.values(tensors)[0]?.shape[0] ?? 0
  const test = testSamples(samples, options.testSize ?? 0.25)
  const [trainRows, testRows] = options.stratify
    ? stratified(asTensor(options.stratify), samples, test, options)
    : plain(samples, test, options)
  const pick = (rows: ArrayLike<number>): Tensors<T> =>
    Object.fromEntries(
      Object.entries(tensors).map(([name, x]) => [name, takeRows(x, rows)]),
    ) as Tensors<T>
  return { train: pick(trainRows), test: pick(testRows) }
}

type Parts = readonly [train: ArrayLike<number>, test: ArrayLike<number>]

const testSamples = (samples: number, testSize: number): number => {
  const test = testSize < 1 ? Math.ceil(samples * testSize) : testSize
  if (Number.isSafeInteger(test) && test > 0 && test < samples) return test
  throw new GradloomError(
    samples === 0 ? 'empty-data' : 'argument',
    `trainTestSplit: testSize ${testSize} of ${samples} samples leaves one part empty; ` +
      'use a share between 0 and 1 or a number of samples',
  )
}

/**
 * The test part comes first in a shuffled order, last in the given one (as scikit-learn has it).
 */
const plain = (samples: number, test: number, options: SplitOptions): Parts => {
  if (options.shuffle === false) {
    const order = Int32Array.from({ length: samples }, (_, i) => i)
    return [order.subarray(0, samples - test), order.subarray(samples - test)]
  }
  const order = permutation(samples, options.seed ?? 0)
  return [order.subarray(test), order.subarray(0, test)]
}

const stratified = (
  labels: Tensor,
  samples: number,
  test: number,
  options: SplitOptions,
): Parts => {
  const classes = classNumbers(labels, samples)
  const sizes = countClasses(classes)
  checkClasses(sizes, samples, test, options)
  const left = quotas([...sizes.values()], test)
  const quota = new Map([...sizes.keys()].map((name, i) => [name, left[i] as number]))
  const parts: [number[], number[]] = [[], []]
  for (const row of permutation(samples, options.seed ?? 0)) {
    const name = classes[row] as number
    const open = quota.get(name) as number
    if (open > 0) quota.set(name, open - 1)
    parts[open > 0 ? 1 : 0].push(row)
  }
  return parts
}

/** One number for each sample; a one-hot row counts as the place of its highest value. */
const classNumbers = (labels: Tensor, samples: number): readonly number[] => {
  const width = sizeOf(labels.shape.slice(1))
  if (labels.shape.length > 2 || labels.shape[0] !== samples || width === 0) {
    throw new GradloomError(
      'shape',
      `trainTestSplit: stratify has shape [${labels.shape}], ` +
        `not [${samples}] or [${samples}, classes]`,
    )
  }
  return Array.from({ length: samples }, (_, i) => {
    const row = labels.elements.subarray(i * width, (i + 1) * width)
    return width === 1 ? (row[0] as number) : row.indexOf(Math.max(...row))
  })
}

const countClasses = (classes: readonly number[]): Map<number, number> => {
  const sizes = new Map<number, number>()
  for (const name of classes) sizes.set(name, (sizes.get(name) ?? 0) + 1)
  return new Map([...sizes].sort(([a], [b]) => a - b))
}

const checkClasses = (
  sizes: ReadonlyMap<number, number>,
  samples: number,
  test: number,
  options: SplitOptions,
): void => {
  const refuse = (problem: string): never => {
    throw new GradloomError('argument', `trainTestSplit: ${problem}`)
  }
  if (options.shuffle === false) refuse('stratify shuffles; leave `shuffle: false` out')
  for (const [name, size] of sizes) {
    if (size < 2) refuse(`class ${name} has one sample; stratify needs two of each class`)
  }
  const least = Math.min(test, samples - test)
  if (least < sizes.size) {
    refuse(`a part of ${least} samples cannot hold all ${sizes.size} classes; change testSize`)
  }
}

/** `total` shared out in proportion to `sizes` by largest remainder; the first class wins a tie. */
const quotas = (sizes: readonly number[], total: number): number[] => {
  const all = sizes.reduce((a, b) => a + b, 0)
  const exact = sizes.map((size) => (size * total) / all)
  const shares = exact.map(Math.floor)
  const open = total - shares.reduce((a, b) => a + b, 0)
  const order = exact.map((v, i) => [v % 1, i] as const).sort(([a, i], [b, j]) => b - a || i - j)
  for (const [, i] of order.slice(0, open)) shares[i] = (shares[i] as number) + 1
  return shares
}
