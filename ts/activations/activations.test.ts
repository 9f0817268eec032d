import { describe, expect, expectTypeOf, it } from 'vitest'
import { sumAll } from '../composites.ts'
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
}>('activations')

/**
 * The recorded derivatives, but leakyRelu's at 0: there Keras on JAX takes the right one, 1, and
 * PyTorch, TensorFlow and this library the left one.
 */
const derivatives = ({ activation, config }: Case, grid: number[], dy: number[]): number[] => {
  if (activation !== 'leakyRelu') return dy
  const { negativeSlope = 0.2 } = config
  return dy.map((d, i) => (grid[i] === 0 ? negativeSlope : d))
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
      const { y, dy } = onGrid(recorded.x, call)
      expectEachClose(y, recordedCase.y, 1e-5, 1e-7)
      expectEachClose(dy, derivatives(recordedCase, recorded.x, recordedCase.dy), 1e-4, 1e-6)
    })

    it('reaches its limits', () => {
      const { y, dy } = onGrid(recorded.xExtreme, call)
      expectEachClose(y, recordedCase.yExtreme, 1e-5, 1e-7)
      const wanted = derivatives(recordedCase, recorded.xExtreme, recordedCase.dyExtreme)
      expectEachClose(dy, wanted, 1e-4, 1e-6)
    })
  },
)

describe.each(recorded.softmax.map((c) => [c.x.shape, c.config.axis, c] as const))(
  'softmax of shape %j along axis %i',
  (_, axis, { x, y, gradOutput, gradInput }) => {
    it('is what Keras computes, with its gradient', () => {
      const result = evaluate({ x, dy: gradOutput }, ({ x, dy }, graph) => {
        const y = activations.softmax(x, { axis })
        const [dx] = graph.gradients(sumAll(ops.mul(y, dy)), [x]) as [SymbolicTensor]
        return { y, dx }
      })
      expectClose(result.y.data, y.data, 1e-5)
      expectEachClose(result.dx.data, gradInput.data, 1e-4, 1e-6)
    })
  },
)

describe('the activations by name', () => {
  it('are a union of literals', () => {
    expectTypeOf<'relu'>().toExtend<ActivationName>()
    expectTypeOf<string>().not.toExtend<ActivationName>()
  })

  it('are all recorded', () => {
    const tested = new Set([...recorded.cases.map((c) => c.activation), 'softmax'])
    expect([...tested].sort()).toEqual([...activationNames].sort())
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
