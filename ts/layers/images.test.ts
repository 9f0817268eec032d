// Layers for images against Keras, what they draw, and what they refuse.

import { describe, expect, it } from 'vitest'
import { sumAll } from '../composites/common.ts'
import type { SymbolicTensor } from '../graph.ts'
import * as ops from '../ops.ts'
import { expectEachClose, type Recorded, reference } from '../testing/reference.ts'
import { refusal } from '../testing/refusal.ts'
import { evaluate, passOver } from '../testing/run.ts'
import * as layers from './index.ts'
import type { Config, Layer } from './layer.ts'
import { layerFromConfig } from './registry.ts'

interface Case {
  layer: string
  config: Config
  training: boolean
  input: Recorded
  output: Recorded
  gradOutput: Recorded
  gradInput: Recorded
}

const { cases } = reference<{ cases: Case[] }>('images')

/** y of a training step (or not), and dy/dx times `dy`. rng: seed low, seed high, step, row. */
const run = (
  layer: Layer,
  x: Recorded,
  {
    training = true,
    rng = [1, 2, 0, 0],
    dy,
  }: { training?: boolean; rng?: number[]; dy?: Recorded },
) => {
  const random = { shape: [4], data: rng, dtype: 'int32' as const }
  const inputs = { x, random, dy: dy ?? { shape: [], data: [1] } }
  return evaluate<keyof typeof inputs, 'y' | 'dx'>(inputs, ({ x, random, dy }, graph) => {
    const y = (layer as { call: (x: SymbolicTensor, pass: object) => SymbolicTensor }).call(
      x,
      passOver(graph, training, random),
    )
    const [dx = y] = graph.gradients(sumAll(ops.mul(y, dy)), [x])
    return { y, dx }
  })
}

describe.each(
  cases.map((c) => [c.layer, JSON.stringify(c.config), JSON.stringify(c.input.shape), c] as const),
)('%s %s of %s', (name, _, __, { config, training, input, output, gradOutput, gradInput }) => {
  it('computes what Keras computes, gradients too, also from its JSON form', () => {
    const layer = layerFromConfig(name, config)
    const again = layerFromConfig(name, JSON.parse(JSON.stringify(layer.config())))
    expect(again.config()).toEqual(layer.config())
    for (const one of [layer, again]) {
      const { y, dx } = run(one, input, { training, dy: gradOutput })
      expect(y.shape).toEqual(output.shape)
      expectEachClose(y.data, output.data, 1e-5, 2e-5)
      expectEachClose(dx.data, gradInput.data, 1e-4, 2e-5)
    }
  })
})

/** n images of one row and one column more than the index of their pixels. */
const numbered = (n: number, height: number, width: number): Recorded => ({
  shape: [n, height, width, 1],
  data: Array.from({ length: n * height * width }, (_, i) => i % (height * width)),
})

const SIZE = 64
const random: [string, Layer, Recorded][] = [
  ['randomFlip', layers.randomFlip(), numbered(SIZE, 2, 2)],
  ['randomCrop', layers.randomCrop({ height: 2, width: 2 }), numbered(SIZE, 4, 3)],
  ['randomRotation', layers.randomRotation({ factor: 0.5 }), numbered(SIZE, 3, 3)],
  ['randomZoom', layers.randomZoom({ heightFactor: 0.5 }), numbered(SIZE, 4, 4)],
  [
    'randomTranslation',
    layers.randomTranslation({ heightFactor: 0.5, widthFactor: 0.5 }),
    numbered(SIZE, 4, 4),
  ],
  ['randomBrightness', layers.randomBrightness({ factor: 0.2 }), numbered(SIZE, 3, 3)],
  ['randomContrast', layers.randomContrast({ factor: 0.5 }), numbered(SIZE, 3, 3)],
]

/** The samples of a result, as text. */
const samplesOf = ({ shape, data }: { shape: readonly number[]; data: ArrayLike<number> }) => {
  const size = data.length / (shape[0] as number)
  const all = Array.from(data)
  return Array.from({ length: shape[0] as number }, (_, i) =>
    all.slice(i * size, (i + 1) * size).join(),
  )
}

describe.each(random)('%s', (_, layer, input) => {
  it('draws for each sample, anew for another step, seed and layer', () => {
    layer.stream = 0
    const first = samplesOf(run(layer, input, {}).y)
    expect(new Set(first).size).toBeGreaterThan(2)
    expect(samplesOf(run(layer, input, {}).y)).toEqual(first)
    expect(samplesOf(run(layer, input, { rng: [1, 2, 1, 0] }).y)).not.toEqual(first)
    expect(samplesOf(run(layer, input, { rng: [3, 2, 0, 0] }).y)).not.toEqual(first)
    layer.stream = 1
    expect(samplesOf(run(layer, input, {}).y)).not.toEqual(first)
    layer.stream = 0
  })

  it('draws for the rows of a shard as for the whole batch', () => {
    const [, ...sample] = input.shape as [number, ...number[]]
    const half = { shape: [SIZE / 2, ...sample], data: input.data.slice(input.data.length / 2) }
    const whole = samplesOf(run(layer, input, {}).y)
    const shard = samplesOf(run(layer, half, { rng: [1, 2, 0, SIZE / 2] }).y)
    expect(shard).toEqual(whole.slice(SIZE / 2))
  })
})

describe('random layers', () => {
  it.each(random.filter(([name]) => name !== 'randomCrop'))(
    '%s leaves images alone at inference',
    (_, layer, input) => {
      const { y } = run(layer, input, { training: false })
      expect([...y.data]).toEqual([...input.data])
    },
  )

  it('flips in the directions asked for, half of the time each', () => {
    const flipped = (mode?: 'horizontal' | 'vertical') => {
      const layer = layers.randomFlip(mode ? { mode } : {})
      const counts: Record<string, number> = {}
      for (const s of samplesOf(run(layer, numbered(4000, 2, 2), {}).y)) {
        counts[s] = (counts[s] ?? 0) + 1
      }
      return counts
    }
    expect(Object.keys(flipped('horizontal')).sort()).toEqual(['0,1,2,3', '1,0,3,2'])
    expect(Object.keys(flipped('vertical')).sort()).toEqual(['0,1,2,3', '2,3,0,1'])
    const both = flipped()
    expect(Object.keys(both)).toHaveLength(4)
    for (const n of Object.values(both)) expect(Math.abs(n - 1000)).toBeLessThan(150)
  })

  it('crops at every place about as often, and resizes at inference', () => {
    const layer = layers.randomCrop({ height: 2, width: 2 })
    const counts: Record<string, number> = {}
    for (const s of samplesOf(run(layer, numbered(4000, 3, 3), {}).y)) {
      counts[s] = (counts[s] ?? 0) + 1
    }
    expect(Object.keys(counts).sort()).toEqual(['0,1,3,4', '1,2,4,5', '3,4,6,7', '4,5,7,8'])
    for (const n of Object.values(counts)) expect(Math.abs(n - 1000)).toBeLessThan(150)
    const wide = { shape: [1, 2, 4, 1], data: [0, 1, 2, 3, 4, 5, 6, 7] }
    const { y } = run(layer, wide, { training: false })
    expect([...y.data]).toEqual([1, 2, 5, 6])
    const small = { shape: [1, 1, 1, 1], data: [7] }
    expect([...run(layer, small, {}).y.data]).toEqual([7, 7, 7, 7])
  })

  it('change contrast about the mean of each channel', () => {
    const x = { shape: [1, 1, 2, 2], data: [10, 100, 30, 160] }
    const [a, b, c, d] = run(layers.randomContrast({ factor: [1, 1] }), x, {}).y
      .data as Float32Array
    const factor = ((c as number) - 20) / 10
    expect(a).toBeCloseTo(20 - 10 * factor, 3)
    expect([b, d]).toEqual([
      expect.closeTo(130 - 30 * factor, 3),
      expect.closeTo(130 + 30 * factor, 3),
    ])
  })

  it('keep within their ranges', () => {
    const flat = { shape: [500, 1, 1, 1], data: Array<number>(500).fill(100) }
    const bright = [...run(layers.randomBrightness({ factor: [0.1, 0.2] }), flat, {}).y.data]
    expect(Math.min(...bright)).toBeGreaterThanOrEqual(125.5)
    expect(Math.max(...bright)).toBeLessThanOrEqual(151)
    const pair = {
      shape: [500, 1, 2, 1],
      data: Array.from({ length: 1000 }, (_, i) => 90 + 20 * (i % 2)),
    }
    const layer = layers.randomContrast({ factor: [0.2, 0.4] })
    const contrast = [...run(layer, pair, {}).y.data].filter((_, i) => i % 2 === 1)
    expect(Math.min(...contrast)).toBeGreaterThanOrEqual(108 - 1e-4)
    expect(Math.max(...contrast)).toBeLessThanOrEqual(114 + 1e-4)
    expect(Math.max(...contrast) - Math.min(...contrast)).toBeGreaterThan(5)
  })
})

describe('layers for images refuse', () => {
  it.each<[string, () => unknown, string[]]>([
    ['a height', () => layers.resizing({ height: 0, width: 1, name: 'r' }), ['"r": height', '0']],
    ['a width', () => layers.centerCrop({ height: 1, width: 1.5 }), ['width', '1.5']],
    ['a width to crop', () => layers.randomCrop({ height: 1, width: -1 }), ['width', '-1']],
    [
      'an interpolation',
      () => layers.resizing({ height: 1, width: 1, interpolation: 'cubic' as never }),
      ['interpolation', "'cubic'", 'bicubic'],
    ],
    [
      'two ways to keep the shape',
      () =>
        layers.resizing({ height: 1, width: 1, cropToAspectRatio: true, padToAspectRatio: true }),
      ['padToAspectRatio'],
    ],
    ['a mode', () => layers.randomFlip({ mode: 'both' as never }), ['mode', "'both'"]],
    ['a rotation', () => layers.randomRotation({ factor: 2 }), ['factor', '2', '-1 to 1']],
    ['a rotation upside down', () => layers.randomRotation({ factor: [0.2, 0.1] }), ['0.2,0.1']],
    [
      'a translation',
      () => layers.randomTranslation({ heightFactor: 0.1, widthFactor: Number.NaN }),
      ['widthFactor', 'NaN'],
    ],
    ['a zoom', () => layers.randomZoom({ heightFactor: [-2, 0] }), ['heightFactor', '-2,0']],
    ['a brightness', () => layers.randomBrightness({ factor: 1.5 }), ['factor', '1.5']],
    ['a contrast', () => layers.randomContrast({ factor: [0, 1.5] }), ['factor', '1.5', '0 to 1']],
    ['a negative contrast', () => layers.randomContrast({ factor: -0.1 }), ['factor', '-0.1']],
    [
      'a range of values',
      () => layers.randomBrightness({ factor: 0.1, valueRange: [1, 1] }),
      ['valueRange', '1,1'],
    ],
    [
      'a way to fill',
      () => layers.randomRotation({ factor: 0.1, fillMode: 'mirror' as never }),
      ['fillMode', "'mirror'", 'reflect'],
    ],
    [
      'an interpolation of rotations',
      () => layers.randomZoom({ heightFactor: 0.1, interpolation: 'bicubic' as never }),
      ['interpolation', "'bicubic'"],
    ],
  ])('%s', (_, make, parts) => {
    expect(make).toThrow(refusal('argument', ...parts))
  })

  it('what are no images, or too many pixels', () => {
    const flat = { shape: [2, 3, 4], data: new Float32Array(24) } as unknown as Recorded
    for (const layer of [layers.resizing({ height: 1, width: 1 }), layers.randomFlip()]) {
      const refused = refusal('shape', layer.type, '[batch, height', '[batch, 3, 4]')
      expect(() => run(layer, flat, {})).toThrow(refused)
    }
    const shape = [1, 4097, 4096, 1]
    const many = { shape, data: [] } as unknown as Recorded
    const refused = refusal('shape', 'randomFlip', '2^24', '[1, 4097, 4096, 1]')
    expect(() => run(layers.randomFlip(), many, {})).toThrow(refused)
  })
})
