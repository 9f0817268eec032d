import { describe, expect, it } from 'vitest'
import { sumAll } from '../composites/common.ts'
import { Graph, type SymbolicTensor } from '../graph.ts'
import * as ops from '../ops.ts'
import { refusal } from '../testing/refusal.ts'
import { evaluate, loadCore, passOver, Runner } from '../testing/run.ts'
import { FunctionalTensor } from './functional.ts'
import {
  additiveAttention,
  attention,
  einsumDense,
  groupQueryAttention,
  multiHeadAttention,
} from './index.ts'
import type { AnyLayer, Tensors } from './layer.ts'
import { variablesOf } from './pass.ts'

const series = (shape: number[], seed: number) => ({
  shape,
  data: Float32Array.from({ length: shape.reduce((a, b) => a * b, 1) }, (_, i) =>
    Math.sin(i * 1.7 + seed),
  ),
})

const functional = (...shape: number[]) => new FunctionalTensor([null, ...shape], 'float32')

/** What a layer with the same weights gives, and Σ of the gradient of its first weight. */
const attended = (
  layer: AnyLayer,
  { training = false, mask }: { training?: boolean; mask?: readonly number[] } = {},
): Float32Array[] => {
  const runner = new Runner()
  const graph = new Graph()
  let x: SymbolicTensor = graph.input('x', 'float32', [2, 5, 6])
  if (mask) x = x.withMask(graph.constant(Float32Array.from(mask), [2, 5]))
  const pass = passOver(graph, training)
  const y = layer.apply(x, pass) as Tensors
  const outputs = (Array.isArray(y) ? y : [y]) as SymbolicTensor[]
  outputs.forEach((one, i) => {
    graph.output(`y${i}`, one)
  })
  runner.initialize(variablesOf(layer))
  const result = runner.run(graph.finish(), { x: series([2, 5, 6], 1).data })
  return outputs.map((_, i) => result[`y${i}`] as Float32Array)
}

const heads = { numHeads: 2, keyDim: 3 }

describe('multiHeadAttention', () => {
  it('takes one tensor, which looks at itself', () => {
    const [y] = attended(multiHeadAttention(heads)) as [Float32Array]
    expect(y.length).toBe(60)
    expect(multiHeadAttention(heads).apply(functional(5, 6))).toMatchObject({ shape: [null, 5, 6] })
  })

  it('gives the same with its scores as without', () => {
    const options = { ...heads, useCausalMask: true }
    const [plain] = attended(multiHeadAttention(options)) as [Float32Array]
    const scored = multiHeadAttention({ ...options, returnAttentionScores: true })
    const [y, scores] = attended(scored) as [Float32Array, Float32Array]
    y.forEach((value, i) => {
      expect(value).toBeCloseTo(plain[i] as number, 5)
    })
    expect(scores.length).toBe(2 * 2 * 5 * 5)
    scores.forEach((p, i) => {
      if (i % 5 > Math.floor(i / 5) % 5) expect(p).toBe(0)
    })
  })

  it('has a sliding window along one axis only', () => {
    const image = functional(3, 2, 5)
    const near = { ...heads, slidingWindow: 2 }
    expect(() => multiHeadAttention(near).apply([image, image])).toThrow(
      refusal('unsupported', 'multiHeadAttention', 'slidingWindow'),
    )
    expect(multiHeadAttention({ ...near, attentionAxes: 2 }).apply([image, image])).toBeDefined()
  })

  it('hides masked steps, and a masked query sees nothing', () => {
    const mask = [1, 1, 0, 1, 1, 1, 1, 1, 1, 0]
    const options = { ...heads, returnAttentionScores: true }
    const [, scores] = attended(multiHeadAttention(options), { mask }) as [
      Float32Array,
      Float32Array,
    ]
    scores.forEach((p, i) => {
      const [b, t, s] = [Math.floor(i / 50), Math.floor(i / 5) % 5, i % 5]
      const seen = mask[b * 5 + t] === 1 && mask[b * 5 + s] === 1
      expect(p > 0).toBe(seen)
    })
    const [fused] = attended(multiHeadAttention(heads), { mask }) as [Float32Array]
    const [plain] = attended(multiHeadAttention(options), { mask }) as [Float32Array]
    fused.forEach((value, i) => {
      expect(value).toBeCloseTo(plain[i] as number, 5)
    })
  })

  it('drops weights while training only', () => {
    const layer = () => multiHeadAttention({ ...heads, dropout: 0.5 })
    expect(attended(layer())).toEqual(attended(multiHeadAttention(heads)))
    expect(attended(layer(), { training: true })).not.toEqual(attended(layer()))
  })

  it('saves the mask of the query on its output', () => {
    const masked = new FunctionalTensor([null, 5, 6], 'float32', [null, 5])
    expect(multiHeadAttention(heads).apply(masked)).toMatchObject({ mask: [null, 5] })
  })

  it.each([
    [{ numHeads: 0 }, 'numHeads'],
    [{ keyDim: 1.5 }, 'keyDim'],
    [{ valueDim: -1 }, 'valueDim'],
    [{ dropout: 1 }, 'dropout'],
    [{ outputShape: [0] }, 'outputShape'],
    [{ attentionAxes: 0 }, 'attentionAxes'],
    [{ useBias: 1 as never }, 'useBias'],
  ])('rejects %j', (options, option) => {
    const make = () => multiHeadAttention({ ...heads, ...options, name: 'm' })
    expect(make).toThrow(refusal('argument', 'm', option))
  })

  it('rejects shapes that do not go together', () => {
    loadCore()
    const given = [functional(5, 6), functional(4, 6, 2)] as const
    expect(() => multiHeadAttention(heads).apply(given)).toThrow(
      refusal('shape', '[batch, 4, 6, 2]'),
    )
    expect(() => multiHeadAttention(heads).apply(functional(6))).toThrow(
      refusal('shape', '[batch, 6]'),
    )
    const mask = [functional(5, 6), functional(4, 6), functional(4, 6), functional(4, 5)] as const
    expect(() => multiHeadAttention(heads).apply(mask)).toThrow(
      refusal('shape', 'attentionMask', '[batch, 5, 4]'),
    )
    const axes = multiHeadAttention({ ...heads, attentionAxes: [3] })
    expect(() => axes.apply(functional(5, 4, 6))).toThrow(refusal('shape', 'attentionAxes [3]'))
  })
})

describe('groupQueryAttention', () => {
  const groups = { headDim: 3, numQueryHeads: 4, numKeyValueHeads: 2 }

  it.each([
    [{ numKeyValueHeads: 3 }, 'numKeyValueHeads'],
    [{ headDim: 0 }, 'headDim'],
    [{ numQueryHeads: 0 }, 'numQueryHeads'],
  ])('rejects %j', (options, option) => {
    const make = () => groupQueryAttention({ ...groups, ...options })
    expect(make).toThrow(refusal('argument', option))
  })

  it('is multi-head attention where every head has its own', () => {
    const grouped = groupQueryAttention({ headDim: 3, numQueryHeads: 2, numKeyValueHeads: 2 })
    expect(attended(grouped)).toEqual(attended(multiHeadAttention(heads)))
  })
})

describe('attention of one head', () => {
  const both = (layer: AnyLayer, training = false) =>
    evaluate({ q: series([2, 3, 4], 1), v: series([2, 5, 4], 2) }, ({ q, v }, graph) => {
      const y = layer.apply([q, v], passOver(graph, training)) as SymbolicTensor
      const [dq = y] = graph.gradients(sumAll(ops.square(y)), [q])
      return { y, dq }
    })

  it('drops weights while training only', () => {
    expect(both(attention({ dropout: 0.4 })).y).toEqual(
      expect.objectContaining({ shape: [2, 3, 4] }),
    )
    expect(both(attention({ dropout: 0.4 }), true).y.data).not.toEqual(both(attention()).y.data)
  })

  it.each([attention, additiveAttention])('rejects shapes and options: %#', (make) => {
    loadCore()
    expect(() => make({ dropout: 2 })).toThrow(refusal('argument', 'dropout'))
    expect(() => make().apply([functional(3, 4), functional(5, 6)])).toThrow(
      refusal('shape', '[batch, 5, 6]'),
    )
    expect(() => make().apply([functional(3, 4)])).toThrow(refusal('shape', '[query, value]'))
  })

  it('rejects an unknown score mode', () => {
    expect(() => attention({ scoreMode: 'add' as never })).toThrow(refusal('argument', 'scoreMode'))
  })
})

describe('einsumDense', () => {
  const dense = { equation: 'abc,cd->abd', outputShape: [null, 4] }

  it.each([
    [{ equation: 'abc' }, 'equation'],
    [{ outputShape: 0 }, 'outputShape'],
    [{ biasAxes: 'x' }, 'biasAxes'],
  ])('rejects %j', (options, option) => {
    expect(() => einsumDense({ ...dense, ...options })).toThrow(refusal('argument', option))
  })

  it.each([
    ['abc,cd->abd', [4], [5]],
    ['abc,cd->abdx', [4], [3, 5]],
    ['abc,ad->abd', [4], [3, 5]],
    ['ab,bc->ac', [4], [3, 5]],
  ])('says where %s does not fit', (equation, outputShape, shape) => {
    loadCore()
    const layer = einsumDense({ equation, outputShape })
    expect(() => layer.apply(functional(...shape))).toThrow(refusal('shape', equation))
  })

  it('takes other sizes along the axes that the kernel does not know', () => {
    loadCore()
    const layer = einsumDense(dense)
    expect(layer.apply(functional(3, 5)).shape).toEqual([null, 3, 4])
    expect(layer.apply(functional(7, 5)).shape).toEqual([null, 7, 4])
    expect(() => layer.apply(functional(7, 6))).toThrow(refusal('shape', 'einsumDense'))
  })
})
