import { describe, expect, it } from 'vitest'
import { input } from './input.ts'
import { layerFromConfig } from './registry.ts'

describe('input', () => {
  it('says the shape of a sample', () => {
    expect(input({ shape: [28, 28] }).inputShape).toEqual([28, 28])
  })

  it('comes back from its full config', () => {
    const layer = input({ shape: [3], dtype: 'int32', name: 'pixels' })
    expect(layerFromConfig('input', layer.fullConfig()).fullConfig()).toEqual(layer.fullConfig())
  })

  it('rejects what is no shape and no dtype', () => {
    expect(() => input({ shape: [0] })).toThrow('must be an array of positive whole numbers')
    expect(() => input({ shape: [1], dtype: 'float64' as 'float32' })).toThrow(
      "input: dtype must be 'float32' or 'int32', but it is 'float64'",
    )
  })
})
