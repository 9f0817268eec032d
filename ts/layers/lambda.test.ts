import { describe, expect, it } from 'vitest'
import type { SymbolicTensor } from '../graph.ts'
import * as ops from '../ops.ts'
import { evaluate, passOver } from '../testing/run.ts'
import { lambda } from './lambda.ts'

describe('lambda', () => {
  const given = { a: { shape: [1, 2], data: [1, 2] }, b: { shape: [1, 2], data: [10, 20] } }

  it('is its function, and differentiates', () => {
    const { y, da } = evaluate(given, ({ a }, graph) => {
      const y = lambda((x) => ops.square(x)).apply(a, passOver(graph))
      return { y, da: graph.gradients(ops.sum(y, [0, 1]), [a])[0] as SymbolicTensor }
    })
    expect([[...y.data], [...da.data]]).toEqual([
      [1, 4],
      [2, 4],
    ])
  })

  it('takes several inputs as a list', () => {
    const sum = lambda(([a, b]: readonly SymbolicTensor[]) =>
      ops.add(a as SymbolicTensor, b as SymbolicTensor),
    )
    const { y } = evaluate(given, ({ a, b }, graph) => ({ y: sum.apply([a, b], passOver(graph)) }))
    expect([...y.data]).toEqual([11, 22])
  })

  it('refuses what is no function, and to be written to a file', () => {
    expect(() => lambda(3 as never)).toThrow(/lambda: its body must be a function/)
    expect(() => lambda((x) => x).config()).toThrow(/cannot hold a function/)
  })
})
