import { describe, expect, expectTypeOf, it } from 'vitest'
import { Graph } from '../graph.ts'
import type { Config } from '../layers/layer.ts'
import { reference } from '../testing/reference.ts'
import { Runner } from '../testing/run.ts'
import { Variable } from '../variable.ts'
import {
  constant,
  identity,
  orthogonal,
  randomNormal,
  randomUniform,
  stft,
  varianceScaling,
} from './index.ts'
import { fansOf } from './initializer.ts'
import {
  type InitializerName,
  type InitializerSpec,
  initializeOf,
  initializerConfig,
  initializerFromConfig,
  initializerNames,
} from './registry.ts'

interface Case {
  initializer: InitializerName
  config: Config
  shape: number[]
  distribution: string
  mean: number
  std: number
  min: number | null
  max: number | null
}

interface Kernel {
  config: Config
  shape: number[]
  values: number[]
}

const { cases, stft: kernels } = reference<{ cases: Case[]; stft: Kernel[] }>('initializers')

const sample = (
  initializer: InitializerSpec,
  shape: readonly number[],
  seed: readonly [number, number] = [1, 2],
): Float32Array => {
  const variable = new Variable({ name: 'w', shape, initialize: initializeOf(initializer) })
  const runner = new Runner()
  runner.initialize([variable], seed)
  return runner.read(variable) as Float32Array
}

const moments = (x: Float32Array) => {
  const mean = x.reduce((sum, v) => sum + v, 0) / x.length
  const variance = x.reduce((sum, v) => sum + (v - mean) ** 2, 0) / x.length
  return { mean, std: Math.sqrt(variance), min: Math.min(...x), max: Math.max(...x) }
}

/** Enough draws for the moments: the same fans, so the same distribution, over many seeds. */
const many = (c: Case): Float32Array => {
  const size = c.shape.reduce((n, d) => n * d, 1)
  const runs = Math.max(1, Math.ceil(4000 / size / (size < 4 ? 4 : 1)))
  const parts = Array.from({ length: runs }, (_, i) =>
    sample(initializerFromConfig(c.initializer, c.config), c.shape, [i, 7]),
  )
  return Float32Array.from(parts.flatMap((part) => [...part]))
}

describe.each(cases.map((c) => [c.initializer, JSON.stringify(c.config), c.shape, c] as const))(
  '%s %s for shape %j',
  (_, __, ___, recorded) => {
    const x = many(recorded)
    const { mean, std, min, max } = moments(x)

    it('stays within the limits', () => {
      const slack = 1e-6 * Math.max(1, Math.abs(recorded.max ?? 1))
      if (recorded.min !== null) expect(min).toBeGreaterThanOrEqual(recorded.min - slack)
      if (recorded.max !== null) expect(max).toBeLessThanOrEqual(recorded.max + slack)
      expect(x.every(Number.isFinite)).toBe(true)
    })

    it('has the mean and the spread of the distribution', () => {
      expect(Math.abs(mean - recorded.mean)).toBeLessThanOrEqual(
        (5 * recorded.std) / Math.sqrt(x.length) + 1e-7,
      )
      // A sample's standard deviation spreads by std / √(2n) if normal, by less if cut or uniform.
      expect(Math.abs(std - recorded.std)).toBeLessThanOrEqual(
        (5 * recorded.std) / Math.sqrt(2 * x.length) + 1e-7,
      )
    })
  },
)

describe('identity', () => {
  it('is 1 on the diagonal, and refuses what is no matrix', () => {
    expect([...sample(identity({ gain: 2 }), [2, 3])]).toEqual([2, 0, 0, 0, 2, 0])
    expect(() => sample('identity', [2])).toThrow('identity: [2] is no matrix')
    expect(() => sample('orthogonal', [2])).toThrow('orthogonal: [2] is no matrix')
  })
})

describe('stft', () => {
  it.each(kernels.map((c) => [JSON.stringify(c.config), c.shape, c] as const))(
    '%s for shape %j as Keras has it',
    (_, shape, { config, values }) => {
      const w = sample(initializerFromConfig('stft', config), shape)
      expect(w.length).toBe(values.length)
      for (const [i, value] of values.entries()) expect(w[i]).toBeCloseTo(value, 5)
    },
  )

  it('refuses what is no kernel of frames, and windows of another length', () => {
    expect(() => sample('stft', [8, 2, 5])).toThrow('stft: [8, 2, 5] must be [samples, 1, freq')
    expect(() => sample(stft({ window: [1, 2] }), [3, 1, 2])).toThrow('[2, 1, freq')
  })
})

describe('orthogonal', () => {
  it.each([
    [6, 4],
    [4, 6],
    [5, 5],
    [2, 3, 4],
  ])('has orthogonal columns or rows of shape [%i, %i …]', (...shape) => {
    const w = sample(orthogonal({ gain: 1.5 }), shape)
    const columns = shape.at(-1) as number
    const rows = w.length / columns
    const tall = rows >= columns
    const at = (vector: number, i: number) => w[tall ? i * columns + vector : vector * columns + i]
    for (let a = 0; a < Math.min(rows, columns); a++) {
      for (let b = 0; b <= a; b++) {
        let dot = 0
        for (let i = 0; i < Math.max(rows, columns); i++) {
          dot += (at(a, i) as number) * (at(b, i) as number)
        }
        expect(dot).toBeCloseTo(a === b ? 2.25 : 0, 5)
      }
    }
    expect(sample(orthogonal(), shape, [3, 4])).not.toEqual(sample(orthogonal(), shape))
  })

  it('is drawn evenly: as often with either determinant', () => {
    const determinants = Array.from({ length: 40 }, (_, i) => {
      const [a = 0, b = 0, c = 0, d = 0] = sample('orthogonal', [2, 2], [i, 9])
      return Math.round(a * d - b * c)
    })
    expect(new Set(determinants)).toEqual(new Set([-1, 1]))
    expect(Math.abs(determinants.reduce((a, b) => a + b, 0))).toBeLessThan(24)
  })
})

describe('initializers', () => {
  it('are a union of literals', () => {
    expectTypeOf<'heNormal'>().toExtend<InitializerName>()
    expectTypeOf<string>().not.toExtend<InitializerName>()
  })

  it('are all recorded that draw each number by itself', () => {
    const others = ['identity', 'orthogonal', 'stft']
    const drawn = initializerNames.filter((name) => !others.includes(name))
    expect([...new Set(cases.map((c) => c.initializer))].sort()).toEqual([...drawn].sort())
  })

  it('give the same numbers for the same seed and stream, others for others', () => {
    const first = sample('glorotUniform', [16, 8])
    expect(sample('glorotUniform', [16, 8])).toEqual(first)
    expect(sample('glorotUniform', [16, 8], [2, 2])).not.toEqual(first)
    const [a, b] = ['a', 'b'].map(
      (name) => new Variable({ name, shape: [16, 8], initialize: initializeOf('glorotUniform') }),
    ) as [Variable, Variable]
    const runner = new Runner()
    runner.initialize([a, b])
    expect(runner.read(a)).toEqual(first)
    expect(runner.read(b)).not.toEqual(first)
  })

  it('count the fans as Keras does', () => {
    expect(fansOf([])).toEqual({ fanIn: 1, fanOut: 1 })
    expect(fansOf([5])).toEqual({ fanIn: 5, fanOut: 5 })
    expect(fansOf([5, 3])).toEqual({ fanIn: 5, fanOut: 3 })
    expect(fansOf([3, 3, 8, 16])).toEqual({ fanIn: 72, fanOut: 144 })
  })

  it('may be functions of graph nodes', () => {
    expect(sample((shape, { graph }) => graph.fill(2.5, shape), [3])).toEqual(
      Float32Array.of(2.5, 2.5, 2.5),
    )
    expect(initializerConfig(() => new Graph().fill(0))).toBeNull()
  })

  it('come back from their JSON form', () => {
    for (const made of [
      constant({ value: 3 }),
      randomNormal({ stddev: 2 }),
      randomUniform(),
      varianceScaling({ mode: 'fanOut' }),
    ]) {
      const form = JSON.parse(JSON.stringify(initializerConfig(made)))
      expect(initializerConfig(form)).toEqual(initializerConfig(made))
      expect(sample(form, [4])).toEqual(sample(made, [4]))
    }
    expect(initializerConfig('zeros')).toBe('zeros')
  })

  it('reject what makes no sense', () => {
    expect(() => randomNormal({ stddev: -1 })).toThrow('randomNormal: stddev must be a number ≥ 0')
    expect(() => randomUniform({ minval: 1, maxval: 0 })).toThrow('must not be above maxval')
    expect(() => varianceScaling({ scale: 0 })).toThrow('varianceScaling: scale must be')
    expect(() => varianceScaling({ mode: 'fan_in' as 'fanIn' })).toThrow("one of 'fanIn'")
    expect(() => identity({ gain: Number.NaN })).toThrow('identity: gain must be a finite number')
    expect(() => constant({ value: Number.NaN })).toThrow('constant: value must be a finite number')
    expect(() => initializeOf('glorot_uniform' as InitializerName)).toThrow(
      "Did you mean 'glorotUniform'?",
    )
  })
})
