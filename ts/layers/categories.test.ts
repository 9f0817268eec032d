// The layers and lookups for categories and text against Keras, on the caller's side and, where
// they are layers of models, inside a graph.

import { describe, expect, it } from 'vitest'
import * as preprocessing from '../preprocessing/index.ts'
import { Tensor } from '../tensor.ts'
import { expectClose, type Recorded, reference } from '../testing/reference.ts'
import { refusal } from '../testing/refusal.ts'
import { evaluate, passOver } from '../testing/run.ts'
import { searchSorted } from './categories.ts'
import * as layers from './index.ts'
import type { Layer } from './layer.ts'

interface Case {
  layer: string
  config: Record<string, unknown>
  adapt?: unknown
  input: unknown
  vocabulary?: unknown[]
  boundaries?: number[]
  output: Recorded | string[][]
}

const { cases } = reference<{ cases: Case[] }>('preprocessing')

const isRecorded = (x: unknown): x is Recorded => typeof x === 'object' && x !== null && 'data' in x

const values = (x: unknown) =>
  isRecorded(x) ? new Tensor(Float32Array.from(x.data), x.shape) : (x as never)

const shapeOf = (x: unknown): number[] => (Array.isArray(x) ? [x.length, ...shapeOf(x[0])] : [])

/** As one sample of a model is a row, numbers of one axis are not comparable inside a graph. */
const inGraph = (layer: { call: Layer['call'] }, input: unknown) => {
  const given = isRecorded(input)
    ? input
    : { shape: shapeOf(input), data: [input].flat(9) as number[] }
  return evaluate({ x: given }, ({ x }, graph) => ({
    y: (layer as Layer).call(x, passOver(graph)),
  })).y
}

const make = (name: string, config: object) => {
  const factories = { ...layers, ...preprocessing } as unknown as Record<
    string,
    (config: object) => {
      adapt(data: unknown): void
      call(values: unknown): Tensor
      transform?(values: unknown): Tensor
      getVocabulary(): unknown[]
      config(): object
      binBoundaries: number[]
    }
  >
  return (factories[name] as (typeof factories)[string])(config)
}

const made = ({ layer: name, config, adapt }: Case) => {
  const layer = make(name, config)
  if (adapt) layer.adapt(values(adapt))
  return layer
}

const check = (wanted: Recorded, shape: readonly number[], data: ArrayLike<number>) => {
  expect(shape).toEqual(wanted.shape)
  expectClose(data, wanted.data, 1e-6)
}

const rankOf = ({ input }: Case) => (isRecorded(input) ? input.shape : shapeOf(input)).length
const named = (list: Case[]) => list.map((c) => [c.layer, JSON.stringify(c.config), c] as const)

describe.each(named(cases))('%s %s', (name, _, recorded) => {
  it('computes what Keras computes, also when made again of its config', () => {
    const layer = made(recorded)
    const config = JSON.parse(JSON.stringify(layer.config()))
    for (const one of [layer, make(name, config)]) {
      if (recorded.vocabulary) expect(one.getVocabulary()).toEqual(recorded.vocabulary)
      if (recorded.boundaries) expectClose(one.binBoundaries, recorded.boundaries, 1e-6)
      const input = values(recorded.input)
      const output = one.transform ? one.transform(input) : one.call(input)
      if (!isRecorded(recorded.output)) expect(output).toEqual(recorded.output)
      else check(recorded.output, output.shape, output.elements)
    }
  })
})

describe.each(named(cases.filter((c) => c.layer in layers && rankOf(c) > 1)))(
  '%s %s inside a graph',
  (_, __, recorded) => {
    it('computes what Keras computes', () => {
      const { shape, data } = inGraph(made(recorded) as unknown as Layer, recorded.input)
      check(recorded.output as Recorded, shape, data)
    })
  },
)

describe('searchSorted', () => {
  it('counts what is not greater, for lists of every length', () => {
    for (let n = 0; n < 10; n++) {
      const sorted = Array.from({ length: n }, (_, i) => 2 * i)
      const x = Array.from({ length: 25 }, (_, i) => i - 3)
      const data = [...x, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, Number.NaN]
      const { y } = evaluate({ x: { shape: [4, 7], data } }, ({ x }) => ({
        y: searchSorted(x, sorted),
      }))
      expect([...y.data]).toEqual(data.map((v) => sorted.filter((s) => s <= v).length))
    }
  })
})

describe('a layer for categories', () => {
  it('takes integers and leaves out what is no category inside a model', () => {
    const layer = layers.categoryEncoding({ numTokens: 3 })
    const x = { shape: [2, 2], data: [0, 7, -1, 2], dtype: 'int32' as const }
    const { y } = evaluate({ x }, ({ x }, graph) => ({
      y: (layer as Layer).call(x, passOver(graph)),
    }))
    expect([...y.data]).toEqual([1, 0, 0, 0, 0, 1])
  })

  it('finds integers of a large vocabulary, one sample a number', () => {
    const vocabulary = Array.from({ length: 1000 }, (_, i) => (i * 7919) % 100_003)
    const layer = layers.integerLookup({ vocabulary, numOovIndices: 2 })
    const asked = [...vocabulary.slice(0, 50), 5, 100_004, -3]
    const { data } = inGraph(layer, asked)
    expect([...data]).toEqual([...layer.transform(asked).elements])
  })

  it('tells large integers apart, and inverts what is no number to the unknown token', () => {
    const vocabulary = [2 ** 30 + 1, 2 ** 30, -(2 ** 31) + 1]
    const layer = layers.integerLookup({ vocabulary })
    const x = {
      shape: [4],
      data: [2 ** 30, 2 ** 30 + 1, -(2 ** 31) + 1, 5],
      dtype: 'int32',
    } as const
    const { y } = evaluate({ x }, ({ x }) => ({ y: layer.call(x) }))
    expect([...y.data]).toEqual([2, 1, 3, 0])
    const inverse = layers.integerLookup({ vocabulary, invert: true, oovToken: 7 })
    expect([...inGraph(inverse, [1, 3, 9, -1]).data]).toEqual([2 ** 30 + 1, -(2 ** 31) + 1, 7, 7])
  })

  it('puts whole numbers between fractions', () => {
    const layer = layers.discretization({ binBoundaries: [-1.5, 0.5, 2] })
    const x = { shape: [6], data: [-2, -1, 0, 1, 2, 3], dtype: 'int32' } as const
    const { y } = evaluate({ x }, ({ x }) => ({ y: layer.call(x) }))
    expect([...y.data]).toEqual([0, 1, 1, 2, 3, 3])
  })

  it('learns from a stream', async () => {
    const stream = async function* () {
      yield [[3], [4]]
      yield [[4], [4]]
    }
    const lookup = layers.integerLookup()
    await lookup.adapt(stream())
    expect(lookup.getVocabulary()).toEqual([-1, 4, 3])
    const bins = layers.discretization({ numBins: 2 })
    await bins.adapt(stream())
    const whole = layers.discretization({ numBins: 2 })
    whole.adapt([3, 4, 4, 4])
    expect(bins.binBoundaries).toEqual(whole.binBoundaries)
  })

  const used = <T extends Layer>(layer: T): T => {
    inGraph(layer, [[1]])
    return layer
  }
  it.each<[string, () => unknown, Parameters<typeof refusal>]>([
    [
      'tokens',
      () => layers.categoryEncoding({ numTokens: 0, name: 'c' }),
      ['argument', '"c": numTokens', '0'],
    ],
    [
      'a mode',
      () => layers.categoryEncoding({ numTokens: 2, outputMode: 'int' as never }),
      ['argument', "'int'", 'oneHot, multiHot, count'],
    ],
    [
      'a value',
      () => layers.categoryEncoding({ numTokens: 2 }).transform([[2]]),
      ['label-range', 'a value', '0 to 1', '2'],
    ],
    [
      'a rank',
      () => layers.categoryEncoding({ numTokens: 2 }).transform([[[1]]]),
      ['shape', '[1, 1, 1]', '[batch, values]'],
    ],
    [
      'a rank in a graph',
      () => inGraph(layers.categoryEncoding({ numTokens: 2 }), [[[1]]]),
      ['shape', '[1, 1, 1]', '[batch, values]'],
    ],
    ['no bins', () => layers.discretization({}), ['argument', 'numBins']],
    [
      'falling boundaries',
      () => layers.discretization({ binBoundaries: [1, 1] }),
      ['argument', 'ascending', '1,1'],
    ],
    [
      'an epsilon',
      () => layers.discretization({ numBins: 2, epsilon: 0 }),
      ['argument', 'epsilon', '0'],
    ],
    [
      'no adapt',
      () => layers.discretization({ numBins: 2 }).transform([1]),
      ['not-built', 'call adapt'],
    ],
    [
      'adapt of given boundaries',
      () => layers.discretization({ binBoundaries: [1] }).adapt([1]),
      ['argument', 'were given'],
    ],
    [
      'adapt without data',
      () => layers.discretization({ numBins: 2 }).adapt([]),
      ['empty-data', 'no data'],
    ],
    [
      'adapt to NaN',
      () => layers.discretization({ numBins: 2 }).adapt([Number.NaN]),
      ['non-finite', 'NaN'],
    ],
    [
      'adapt once used',
      () => used(layers.integerLookup({ vocabulary: [1] })).adapt([1]),
      ['argument', 'uses it already'],
    ],
    [
      'integers too large for a model',
      () => used(layers.integerLookup({ vocabulary: [2 ** 31] })),
      ['argument', '2147483648', 'int32'],
    ],
    [
      'no place for unknown ones in a model',
      () => used(layers.integerLookup({ vocabulary: [1], numOovIndices: 0 })),
      ['argument', 'numOovIndices', '0'],
    ],
  ])('refuses %s', (_, call, expected) => {
    expect(call).toThrow(refusal(...expected))
  })
})
