import { describe, expect, expectTypeOf, it } from 'vitest'
import { sumAll } from '../composites/common.ts'
import type { SymbolicTensor } from '../graph.ts'
import * as ops from '../ops.ts'
import { expectClose, expectEachClose, type Recorded, reference } from '../testing/reference.ts'
import { evaluate } from '../testing/run.ts'
import * as activations from './activations.ts'
import { type ActivationName, activationName, activationNames, activationOf } from './registry.ts'

interface Case {
  activation: ActivationName
  config: { negativeSlope?: number; approximate?: boolean }
  y: number[]
  dy: number[]
  yExtreme: number[]
  dyExtreme: number[]
}

interface SoftmaxCase {
  activation?: string
  config: { axis: number }
  x: Recorded
  y: Recorded
  gradOutput: Recorded
  gradInput: Recorded
}

const recorded = reference<{
  x: number[]
  xExtreme: number[]
  cases: Case[]
  softmax: SoftmaxCase[]
  rows: SoftmaxCase[]
}>('activations')

/** Where the slope changes at once: Keras on JAX may take either side, or the mean of both. */
const KINKS: Partial<Record<ActivationName, number[]>> = {
  leakyRelu: [0],
  relu: [-1, 0, 1.5, 2, 5],
  relu6: [0, 6],
  hardSigmoid: [-3, 3],
  sparseSigmoid: [-1, 1],
  hardSilu: [-3, 3],
  hardTanh: [-1, 1],
  hardShrink: [-0.5, 0.5],
  softShrink: [-0.8, 0.8],
  softsign: [0],
  sparsePlus: [-1, 1],
  celu: [0],
}

/** The derivatives that are compared. */
const smooth = ({ activation, config }: Case, grid: number[], dy: ArrayLike<number>): number[] => {
  const isRelu = activation === 'relu' && Object.keys(config).length === 0
  const kinks = (!isRelu && KINKS[activation]) || []
  return Array.from(dy).filter((_, i) => !kinks.includes(grid[i] as number))
}

type Configured = (x: SymbolicTensor, config: object) => SymbolicTensor

const functions: Readonly<Record<string, Configured>> = activations

/** y and dy/dx on a grid. */
const onGrid = (grid: number[], call: (x: SymbolicTensor) => SymbolicTensor) => {
  const { y, dy } = evaluate({ x: { shape: [grid.length], data: grid } }, ({ x }, graph) => {
    const y = call(x)
    const [dy] = graph.gradients(sumAll(y), [x]) as [SymbolicTensor]
    return { y, dy }
  })
  return { y: y.data, dy: dy.data }
}

describe.each(recorded.cases.map((c) => [c.activation, JSON.stringify(c.config), c] as const))(
  '%s %s',
  (name, _, recordedCase) => {
    const call = (x: SymbolicTensor) => (functions[name] as Configured)(x, recordedCase.config)

    it('is what Keras computes, near and far', () => {
      const grid = recorded.x.slice(0, recordedCase.y.length)
      const { y, dy } = onGrid(grid, call)
      expectEachClose(y, recordedCase.y, 1e-5, 1e-7)
      const [got, wanted] = [dy, recordedCase.dy].map((all) => smooth(recordedCase, grid, all))
      expectEachClose(got as number[], wanted as number[], 1e-4, 1e-6)
    })

    it('reaches its limits', () => {
      const grid = recorded.xExtreme.slice(0, recordedCase.yExtreme.length)
      const { y, dy } = onGrid(grid, call)
      expectEachClose(y, recordedCase.yExtreme, 1e-5, 1e-7)
      const [got, wanted] = [dy, recordedCase.dyExtreme].map((all) =>
        smooth(recordedCase, grid, all),
      )
      expectEachClose(got as number[], wanted as number[], 1e-4, 1e-6)
    })
  },
)

const alongAxis = [...recorded.softmax, ...recorded.rows].map(
  (c) => [c.activation ?? 'softmax', c.x.shape, c.config.axis, c] as const,
)

describe.each(alongAxis)(
  '%s of shape %j along axis %i',
  (name, _, axis, { x, y, gradOutput, gradInput }) => {
    it('is what Keras computes, with its gradient', () => {
      const result = evaluate({ x, dy: gradOutput }, ({ x, dy }, graph) => {
        const y = (functions[name] as Configured)(x, { axis })
        const [dx] = graph.gradients(sumAll(ops.mul(y, dy)), [x]) as [SymbolicTensor]
        return { y, dx }
      })
      expect(result.y.shape).toEqual(y.shape)
      expectClose(result.y.data, y.data, 1e-5)
      expectEachClose(result.dx.data, gradInput.data, 1e-4, 1e-6)
    })
  },
)

describe('sparsemax', () => {
  const x = { shape: [2, 4], data: [0.3, -1, 0.9, 0.5, 5, 1, 1, 1] }
  const wrap = { shape: [2, 4], data: [1, 2, 3, 4, 5, 6, 7, 8] }

  /** The threshold τ with Σ max(z − τ, 0) = 1, by bisection: Keras's own is wrong. */
  const projected = (z: number[]): number[] => {
    let [low, high] = [Math.min(...z) - 1, Math.max(...z)]
    for (let i = 0; i < 100; i++) {
      const tau = (low + high) / 2
      const sum = z.reduce((s, v) => s + Math.max(v - tau, 0), 0)
      if (sum > 1) low = tau
      else high = tau
    }
    return z.map((v) => Math.max(v - low, 0))
  }

  it('is the nearest distribution, along any axis', () => {
    const { y, turned } = evaluate({ x }, ({ x }) => ({
      y: activations.sparsemax(x),
      turned: ops.transpose(activations.sparsemax(ops.transpose(x, [1, 0]), { axis: 0 }), [1, 0]),
    }))
    const wanted = [projected(x.data.slice(0, 4)), projected(x.data.slice(4))].flat()
    expectEachClose(y.data, wanted, 1e-6, 1e-7)
    expect(y.data.filter((p: number) => p === 0)).toHaveLength(4)
    expect(turned.data).toEqual(y.data)
  })

  it('has the gradient dy − mean(dy) of the places above 0', () => {
    const { dx } = evaluate({ x, wrap }, ({ x, wrap }, graph) => {
      const [dx = x] = graph.gradients(sumAll(ops.mul(activations.sparsemax(x), wrap)), [x])
      return { dx }
    })
    const mean = (1 + 3 + 4) / 3
    expectEachClose(dx.data, [1 - mean, 0, 3 - mean, 4 - mean, 0, 0, 0, 0], 1e-6, 1e-6)
  })
})

describe.each([
  ['swish', 'silu'],
  ['hardSwish', 'hardSilu'],
] as const)('%s', (alias, name) => {
  it(`is ${name}`, () => {
    expect(functions[alias]).toBe(functions[name])
  })
})

describe('the activations by name', () => {
  it('are a union of literals', () => {
    expectTypeOf<'relu'>().toExtend<ActivationName>()
    expectTypeOf<string>().not.toExtend<ActivationName>()
  })

  it('are all recorded', () => {
    const aliases = { swish: activations.silu, hardSwish: activations.hardSilu }
    const rows = alongAxis.map(([name]) => name).filter((name) => name !== 'glu')
    const tested = new Set([...recorded.cases.map((c) => c.activation), ...rows, 'sparsemax'])
    expect([...tested, ...Object.keys(aliases)].sort()).toEqual([...activationNames].sort())
    expect(activations).toMatchObject(aliases)
  })

  it('leave glu to be called, as it halves its input', () => {
    expectTypeOf<'glu'>().not.toExtend<ActivationName>()
    const x = { shape: [1, 3], data: [1, 2, 3] }
    const call = () => evaluate({ x }, ({ x }) => ({ y: activations.glu(x) }))
    expect(call).toThrow('glu: axis -1 of [1, 3] has no halves')
  })

  it('may be functions of your own', () => {
    const own = (x: SymbolicTensor) => ops.mul(x, 2)
    expect(activationOf(own)).toBe(own)
    expect(() => activationName(own, 'dense "a"')).toThrow(
      expect.objectContaining({
        code: 'unsupported',
        message: expect.stringContaining('dense "a"'),
      }),
    )
  })

  it('are found again from the exported functions', () => {
    expect(activationName(activations.relu, 'dense')).toBe('relu')
  })

  it('are suggested where a name is near', () => {
    expect(() => activationOf('leaky_relu' as ActivationName)).toThrow("Did you mean 'leakyRelu'?")
  })

  it('have Keras’s defaults', () => {
    const exact = recorded.cases.find((c) => c.activation === 'gelu' && !c.config.approximate)
    expectEachClose(onGrid(recorded.x, activationOf('gelu')).y, exact?.y ?? [], 1e-5, 1e-7)
  })

  it('stand for linear where nothing is given', () => {
    expect(activationOf(null)).toBe(activations.linear)
  })

  it('tell the losses their logits', () => {
    evaluate({ x: { shape: [2, 3], data: [1, 2, 3, 4, 5, 6] } }, ({ x }) => {
      expect(activations.softmax(x).origin).toEqual({ activation: 'softmax', logits: x })
      expect(activations.sigmoid(x).origin).toEqual({ activation: 'sigmoid', logits: x })
      expect(activations.softmax(x, { axis: 0 }).origin).toBeUndefined()
      expect(activations.relu(x).origin).toBeUndefined()
      return { x }
    })
  })
})
