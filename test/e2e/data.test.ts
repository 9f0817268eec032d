// Chained datasets through the public API: what fit, evaluate and predict make of them.

import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { dataset, init, shutdown } from '../../ts/index.ts'
import { classifier, clusters, hashOf } from './support.ts'

const quiet = { verbose: 0 } as const
const { x, y } = clusters(96)

describe('a chained dataset', () => {
  beforeAll(() => init({ mode: 'inline' }))
  afterAll(() => shutdown())

  it('of samples trains like the arrays they are from', async () => {
    const options = { epochs: 2, batchSize: 20, shuffle: false, ...quiet } as const
    const [whole, chained] = [classifier(), classifier()]
    await whole.fit(x, y, options)
    const { params } = await chained.fit(dataset({ x, y }).batch(20), options)
    expect(params).toMatchObject({ steps: 5 })
    expect(await hashOf(chained)).toBe(await hashOf(whole))
  })

  it('is shuffled anew in each epoch, in the same way for the same seed', async () => {
    const trained = async (seed: number, reshuffle = true) => {
      const model = classifier()
      const data = dataset({ x, y }).shuffle({ seed, reshuffle }).batch(32)
      await model.fit(data, { epochs: 3, ...quiet })
      return hashOf(model)
    }
    expect(await trained(1)).toBe(await trained(1))
    expect(await trained(1)).not.toBe(await trained(2))
    expect(await trained(1)).not.toBe(await trained(1, false))
  })

  it('is evaluated and predicted like arrays', async () => {
    const model = classifier()
    const data = dataset({ x, y })
      .map((sample) => sample)
      .batch(32)
    expect(await model.evaluate(data)).toEqual(await model.evaluate(x, y))
    expect((await model.predict(data)).elements).toEqual((await model.predict(x)).elements)
  })

  it('that fails leaves the model as it was after the batches before', async () => {
    const model = classifier()
    const cause = new Error('unreadable')
    const data = dataset({ x, y }).map((sample, i) => {
      if (i === 40) throw cause
      return sample
    })
    await expect(model.fit(data.batch(20), quiet)).rejects.toMatchObject({ cause })
    const other = classifier()
    await other.fit(dataset({ x, y }).take(40).batch(20), quiet)
    expect(await hashOf(model)).toBe(await hashOf(other))
  })
})
