// Public ops on random shapes and numbers, against plain JavaScript: what broadcasts gives the same numbers,
// what does not is refused, never anything else.

import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import {
  GradloomError,
  grad,
  init,
  jit,
  ops,
  type SymbolicTensor,
  shutdown,
  type Tensor,
  tensor,
} from '../../ts/index.ts'
import { filled, holds, shapes } from './check.ts'
import * as plain from './reference.ts'

beforeAll(() => init({ mode: 'inline' }))
afterAll(() => shutdown())

const arrays = (least = 0, most = 4): fc.Arbitrary<plain.Plain> =>
  shapes(least, most).chain((shape) => filled(shape).map((data) => ({ shape, data })))

const given = ({ shape, data }: plain.Plain): Tensor => tensor(data, shape)

/** −0 is 0. */
const same = (actual: Tensor, expected: plain.Plain): void => {
  expect(actual.shape).toEqual(expected.shape)
  expect([...actual.elements].map((v) => v + 0)).toEqual([...expected.data].map((v) => v + 0))
}

/** The op's result is `expected`; where there is none, the op refuses the shapes. */
const agree = async (
  run: () => Promise<Tensor>,
  expected: plain.Plain | undefined,
): Promise<void> => {
  if (expected) return same(await run(), expected)
  const error: unknown = await run().then(
    () => undefined,
    (thrown: unknown) => thrown,
  )
  expect(error).toBeInstanceOf(GradloomError)
  expect((error as GradloomError).code).toBe('shape')
}

type Binary = (a: SymbolicTensor, b: SymbolicTensor) => SymbolicTensor

const binaries: Record<string, [Binary, (x: number, y: number) => number]> = {
  add: [ops.add, (x, y) => x + y],
  subtract: [ops.subtract, (x, y) => x - y],
  multiply: [ops.multiply, (x, y) => x * y],
  maximum: [ops.maximum, Math.max],
  minimum: [ops.minimum, Math.min],
  less: [ops.less, (x, y) => Number(x < y)],
  equal: [ops.equal, (x, y) => Number(x === y)],
}

describe('any two shapes', () => {
  it.each(Object.entries(binaries))('%s broadcasts as NumPy does, or refuses', (_, [op, f]) =>
    holds(
      fc.asyncProperty(arrays(), arrays(), (a, b) =>
        agree(() => jit(op)(given(a), given(b)), plain.binary(a, b, f)),
      ),
    ),
  )

  it('matmul multiplies and broadcasts what fits, and refuses the rest', () =>
    holds(
      fc.asyncProperty(arrays(2, 4), arrays(2, 4), (a, b) =>
        agree(() => jit(ops.matmul)(given(a), given(b)), plain.matmul(a, b)),
      ),
    ))

  it('a gradient has the shape of what it belongs to', () =>
    holds(
      fc.asyncProperty(arrays(), arrays(), async (a, b) => {
        if (!plain.broadcast(a.shape, b.shape)) return
        const loss = (x: SymbolicTensor, y: SymbolicTensor) => ops.sum(ops.multiply(x, y))
        const dx = (await grad(loss)(given(a), given(b))) as Tensor
        expect(dx.shape).toEqual(a.shape)
      }),
      50,
    ))
})

const withAxis = arrays(1, 4).chain((x) =>
  fc.integer({ min: 0, max: x.shape.length - 1 }).map((axis) => ({ x, axis })),
)

const reductions: Record<string, [typeof ops.sum, (values: number[]) => number]> = {
  sum: [ops.sum, (values) => values.reduce((a, b) => a + b, 0)],
  max: [ops.max, (values) => Math.max(...values)],
  min: [ops.min, (values) => Math.min(...values)],
}

describe('any axis', () => {
  it.each(Object.entries(reductions))('%s folds along it', (_, [op, f]) =>
    holds(
      fc.asyncProperty(withAxis, fc.boolean(), async ({ x, axis }, fromEnd) => {
        const at = fromEnd ? axis - x.shape.length : axis
        const y = await jit((v: SymbolicTensor) => op(v, at))(given(x))
        same(y as Tensor, plain.reduce(x, axis, f))
      }),
    ),
  )

  it('concatenate joins, and split takes apart again', () =>
    holds(
      fc.asyncProperty(withAxis, fc.integer({ min: 1, max: 4 }), async ({ x, axis }, parts) => {
        const xs = Array.from({ length: parts }, () => x)
        const join = (v: SymbolicTensor) =>
          ops.concatenate(
            xs.map(() => v),
            axis,
          )
        const joined = (await jit(join)(given(x))) as Tensor
        same(joined, plain.concatenate(xs, axis))
        const apart = await jit((v: SymbolicTensor) => ops.split(v, parts, axis))(joined)
        for (const part of apart as Tensor[]) same(part, x)
      }),
    ))
})

const ordered = arrays(1, 4).chain((x) =>
  fc
    .shuffledSubarray([...x.shape.keys()], { minLength: x.shape.length })
    .map((order) => ({ x, order })),
)

const parts = arrays(1, 4).chain((x) =>
  fc.tuple(...x.shape.map((d) => fc.tuple(fc.nat(d - 1), fc.nat(d - 1)))).map((pairs) => ({
    x,
    starts: pairs.map(([a, b]) => Math.min(a, b)),
    sizes: pairs.map(([a, b]) => Math.abs(a - b) + 1),
  })),
)

describe('any order of the axes', () => {
  it('transpose permutes, and its inverse undoes it', () =>
    holds(
      fc.asyncProperty(ordered, async ({ x, order }) => {
        const turned = (await jit((v: SymbolicTensor) => ops.transpose(v, order))(
          given(x),
        )) as Tensor
        same(turned, plain.transpose(x, order))
        const inverse = order.map((_, axis) => order.indexOf(axis))
        const back = await jit((v: SymbolicTensor) => ops.transpose(v, inverse))(turned)
        same(back as Tensor, x)
      }),
    ))

  it('a slice is what stands there', () =>
    holds(
      fc.asyncProperty(parts, async ({ x, starts, sizes }) => {
        const y = await jit((v: SymbolicTensor) => ops.slice(v, starts, sizes))(given(x))
        same(y as Tensor, plain.slice(x, starts, sizes))
      }),
    ))

  it('reshape keeps the numbers, or refuses the size', () =>
    holds(
      fc.asyncProperty(arrays(), shapes(), (x, shape) => {
        const size = shape.reduce((n, d) => n * d, 1)
        const expected = size === x.data.length ? { shape, data: x.data } : undefined
        return agree(
          () => jit((v: SymbolicTensor) => ops.reshape(v, shape))(given(x)) as Promise<Tensor>,
          expected,
        )
      }),
    ))
})
