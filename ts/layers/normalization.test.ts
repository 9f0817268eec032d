import { describe, expect, it } from 'vitest'
import { Graph } from '../graph.ts'
import { Tensor } from '../tensor.ts'
import { passOver, Runner } from '../testing/run.ts'
import { type Normalization, normalization } from './normalization.ts'

/** The layer's output for x. */
const normalized = (layer: Normalization, x: number[][], runner = new Runner()) => {
  const width = (x[0] as number[]).length
  layer.build([null, width])
  runner.initialize(layer.variables)
  const graph = new Graph()
  graph.output('y', layer.call(graph.input('x', 'float32', [x.length, width]), passOver(graph)))
  return runner.run(graph.finish(), { x: x.flat() }).y
}

describe('normalization', () => {
  it('changes nothing before adapt', () => {
    expect(normalized(normalization(), [[3, -4]])).toEqual(Float32Array.of(3, -4))
  })

  it('adapts before and after it is built, from arrays of every kind', () => {
    const nested = [
      [1, 10],
      [3, 30],
    ]
    const flat = Float32Array.of(1, 10, 3, 30)
    const wanted = Float32Array.of(-1, 1)
    const adaptations: ((layer: Normalization) => void)[] = [
      (layer) => layer.adapt(nested),
      (layer) => layer.adapt(new Tensor(flat, [2, 2])),
      (layer) => layer.adapt(flat, [2, 2]),
      (layer) => layer.adapt(Int32Array.from(flat), [2, 2]),
    ]
    for (const adapt of adaptations) {
      const early = normalization()
      adapt(early)
      expect(normalized(early, [[1, 30]])).toEqual(wanted)
      const late = normalization()
      late.build([null, 2])
      adapt(late)
      expect(normalized(late, [[1, 30]])).toEqual(wanted)
    }
  })

  it('hands over what adapt found once, for variables that hold numbers already', () => {
    const layer = normalization()
    layer.build([null, 1])
    expect(layer.takePending().size).toBe(0)
    layer.adapt([[1], [3]])
    const pending = [...layer.takePending()].map(([variable, data]) => [variable.name, data])
    expect(pending).toEqual([
      ['mean', Float32Array.of(2)],
      ['variance', Float32Array.of(1)],
      ['count', Int32Array.of(2)],
    ])
    expect(layer.takePending().size).toBe(0)
  })

  it('makes variables that are not trained', () => {
    const layer = normalization()
    layer.build([null, 1])
    expect(layer.variables.every((variable) => !variable.trainable)).toBe(true)
  })

  it('keeps f64 accuracy over many large values', () => {
    const data = new Float32Array(100_000).map((_, i) => 1e6 + (i % 2))
    const layer = normalization()
    layer.adapt(data, [data.length, 1])
    const [, variance] = [...layer.takePending().values()]
    expect(variance).toEqual(Float32Array.of(0.25))
  })

  it('rejects what cannot be adapted to', () => {
    expect(() => normalization().adapt(new Float32Array(), [0, 3])).toThrow(
      expect.objectContaining({ code: 'empty-data' }),
    )
    expect(() => normalization().adapt([[Number.NaN], [1]])).toThrow(
      expect.objectContaining({ code: 'non-finite' }),
    )
    expect(() => normalization({ mean: 0, variance: 1 }).adapt([[1]])).toThrow('were given')
    const built = normalization({ name: 'n' })
    built.build([null, 3])
    expect(() => built.adapt([[1, 2]])).toThrow(
      /normalization "n": expected samples of shape \[batch, 3\], but was given \[batch, 2\]/,
    )
  })

  it('rejects options that make no sense', () => {
    expect(() => normalization({ mean: 1 })).toThrow('give both mean and variance')
    expect(() => normalization({ mean: 1, variance: -1 })).toThrow('variance must be a number ≥ 0')
    expect(() => normalization({ axis: 0 })).toThrow('axis must be an axis other than the batch')
    expect(() => normalization({ axis: 3 }).build([null, 2])).toThrow('axis 3 does not fit')
    expect(() => normalization({ axis: [1, -1] }).build([null, 2])).toThrow('does not fit')
    expect(() => normalization({ mean: [1, 2], variance: 1 }).build([null, 3])).toThrow(
      'must have 3 numbers each',
    )
  })
})
