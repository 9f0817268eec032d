import { describe, expect, it } from 'vitest'
import type { Graph, SymbolicTensor } from '../graph.ts'
import { add as addFloats, mul, sumTo } from '../ops.ts'
import { reference } from '../testing/reference.ts'
import { evaluate, type Values } from '../testing/run.ts'
import * as ops from './index.ts'

interface Numbers {
  readonly shape: readonly number[]
  readonly data: readonly (number | string)[]
  readonly dtype?: 'int32'
}

interface Case {
  readonly op: keyof typeof ops
  readonly args: readonly unknown[]
  readonly tensors: readonly Numbers[]
  readonly out: readonly Numbers[]
  readonly grads: readonly (readonly (number | string)[])[]
  /** Of values and gradients, where the default is too strict. */
  readonly tolerance?: number
}

const { cases } = reference<{ cases: readonly Case[] }>('ops')

/** The arguments as the op takes them. */
const decoded = (value: unknown, tensors: readonly SymbolicTensor[], graph: Graph): unknown => {
  if (Array.isArray(value)) return value.map((v) => decoded(v, tensors, graph))
  if (typeof value !== 'object' || value === null) return value
  if ('tensor' in value) return tensors[value.tensor as number]
  if ('graph' in value) return graph
  if ('none' in value) return undefined
  return Object.fromEntries(
    Object.entries(value).map(([name, v]) => [name, decoded(v, tensors, graph)]),
  )
}

const run = ({ op, args, tensors: given }: Case) => {
  const inputs = Object.fromEntries(
    given.map((t, i): [string, Values] => [`t${i}`, { ...t, data: t.data.map(Number) }]),
  )
  return evaluate(inputs, (x, graph) => {
    const tensors = given.map((_, i) => x[`t${i}`] as SymbolicTensor)
    // biome-ignore lint/performance/noDynamicNamespaceImportAccess: it is the name in the file
    const call = ops[op] as (...args: unknown[]) => SymbolicTensor | Record<string, SymbolicTensor>
    const result = call(...(decoded(args, tensors, graph) as unknown[]))
    const outs = 'graph' in result ? [result as SymbolicTensor] : Object.values(result)
    const losses = outs.flatMap((y) => {
      if (y.dtype !== 'float32') return []
      const size = y.shape.reduce((n, d) => n * d, 1)
      const weights = Float32Array.from({ length: size }, (_, i) => Math.cos(i))
      return [sumTo(mul(y, graph.constant(weights, y.shape)), [])]
    })
    const floats = tensors.filter((t) => t.dtype === 'float32')
    const loss = losses.length > 0 ? losses.reduce((a, b) => addFloats(a, b)) : undefined
    const grads = loss && floats.length > 0 ? graph.gradients(loss, floats) : []
    return Object.fromEntries([
      ...outs.map((y, i) => [`y${i}`, y] as const),
      ...grads.map((g, i) => [`g${i}`, g] as const),
    ])
  })
}

/** Each number within `tolerance` of the largest finite one; NaN and infinities must agree. */
const expectNear = (
  got: ArrayLike<number>,
  wanted: readonly (number | string)[],
  tolerance: number,
) => {
  const want = wanted.map(Number)
  const scale = Math.max(...want.filter(Number.isFinite).map(Math.abs), 1e-3)
  const near = want.every((w, i) => {
    const g = got[i] as number
    return Object.is(g, w) || Math.abs(g - w) <= tolerance * scale || g === w
  })
  if (!near || got.length !== want.length) expect(Array.from(got)).toEqual(want)
}

describe.each([...new Set(cases.map((c) => c.op))])('%s', (op) => {
  it.each(cases.filter((c) => c.op === op).map((c) => [JSON.stringify(c.args), c] as const))(
    '%s agrees with Keras, and so do its gradients',
    (_, recorded) => {
      const { tolerance = 1e-5, out, grads } = recorded
      const got = run(recorded)
      out.forEach((wanted, i) => {
        const y = got[`y${i}`]
        expect(y?.shape).toEqual(wanted.shape)
        if (wanted.dtype) expect(y?.data).toBeInstanceOf(Int32Array)
        expectNear(y?.data ?? [], wanted.data, tolerance)
      })
      expect(got[`y${out.length}`]).toBeUndefined()
      grads.forEach((wanted, i) => {
        expectNear(got[`g${i}`]?.data ?? [], wanted, 10 * tolerance)
      })
    },
  )
})
