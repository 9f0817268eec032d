import { describe, expect, it } from 'vitest'
import { dense } from '../layers/index.ts'
import { categoricalAccuracy, meanSquaredError } from '../metrics/index.ts'
import { refusal } from '../testing/refusal.ts'
import { Compiled, type CompileOptions } from './compiled.ts'

const outputOf = (shape: readonly (number | null)[]) => [
  { name: 'out', shape, layer: dense({ units: 1 }) },
]

const keysOf = (options: CompileOptions, outputShape: readonly (number | null)[]): string[] => {
  const compiled = new Compiled(options)
  compiled.fit(outputOf(outputShape))
  return compiled.metrics.map(({ key }) => key)
}

describe('compile', () => {
  it('names metrics as they were asked for', () => {
    const loss = 'categoricalCrossentropy'
    const metrics = ['accuracy', 'mse', meanSquaredError({ name: 'error' })] as const
    expect(keysOf({ loss, metrics }, [null, 3])).toEqual(['accuracy', 'mse', 'error'])
  })

  it('chooses the accuracy that fits loss and output', () => {
    const compiled = new Compiled({ loss: 'binaryCrossentropy', metrics: ['accuracy'] })
    compiled.fit(outputOf([null, 1]))
    expect(compiled.metrics[0]?.metric.type).toBe('binaryAccuracy')
    const sparse = new Compiled({ loss: 'sparseCategoricalCrossentropy', metrics: ['accuracy'] })
    sparse.fit(outputOf([null, 5]))
    expect(sparse.metrics[0]?.metric.type).toBe('sparseCategoricalAccuracy')
  })

  it('makes room for a weighted metric of the same name', () => {
    const options = { loss: 'mse', metrics: ['mae'], weightedMetrics: ['mae', 'rmse'] } as const
    expect(keysOf(options, [null, 1])).toEqual(['mae', 'weighted_mae', 'rmse'])
  })

  it('refuses two of one name, and one named loss', () => {
    const loss = 'mse'
    expect(() => keysOf({ loss, metrics: ['mae', 'mae'] }, [null, 1])).toThrow(
      refusal('argument', "'mae'"),
    )
    const metrics = [categoricalAccuracy({ name: 'loss' })]
    expect(() => keysOf({ loss, metrics }, [null, 2])).toThrow(refusal('argument', "'loss'"))
  })

  it('gives the nearest name, before any shape is known', () => {
    const make = (options: object) => () => new Compiled({ loss: 'mse', ...options } as never)
    expect(make({ loss: 'categoricalCrosentropy' })).toThrow(
      refusal('unknown-name', "'categoricalCrossentropy'"),
    )
    expect(make({ optimizer: 'adma' })).toThrow(refusal('unknown-name', "'adam'"))
    expect(make({ metrics: ['acuracy'] })).toThrow(refusal('unknown-name', "'accuracy'"))
    expect(make({ weightedMetrics: ['rmes'] })).toThrow(refusal('unknown-name', "'rmse'"))
    expect(make({ metrics: 'accuracy' })).toThrow(refusal('argument', "['accuracy']"))
  })
})
