// Models in files: what is saved comes back, training goes on with the same bits, and a file that is not
// right is refused with the tensor and the layer.

import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import {
  init,
  layers,
  loadModel,
  losses,
  metrics,
  optimizers,
  registerLayer,
  schedules,
  sequential,
  shutdown,
  type Tensor,
  tensor,
} from '../../ts/index.ts'
import { readSafetensors, writeSafetensors } from '../../ts/io/safetensors.ts'
import { Layer } from '../../ts/layers/layer.ts'
import { refusal } from '../../ts/testing/refusal.ts'
import { classifier, clusters, hashOf } from './support.ts'

const quiet = { verbose: 0 } as const
const { x, y } = clusters(60)

let directory: string
const at = (name: string): string => join(directory, name)

beforeAll(async () => {
  await init()
  directory = await mkdtemp(join(tmpdir(), 'gradloom-'))
})
afterAll(async () => {
  await shutdown()
  await rm(directory, { recursive: true })
})

describe('a saved model', () => {
  it('comes back with weights, optimizer, position and history', async () => {
    const model = classifier()
    const { history } = await model.fit(x, y, { epochs: 3, batchSize: 8, ...quiet })
    await model.save(at('model.safetensors'))
    const loaded = await loadModel(at('model.safetensors'))
    expect(loaded.summary({ print: false })).toBe(model.summary({ print: false }))
    expect([loaded.step, loaded.epochs]).toEqual([24, 3])
    expect(loaded.history).toEqual({ epoch: [0, 1, 2], history })
    expect(await hashOf(loaded)).toBe(await hashOf(model))
    expect((await loaded.predict(x)).elements).toEqual((await model.predict(x)).elements)
    expect(await loaded.evaluate(x, y)).toEqual(await model.evaluate(x, y))
  })

  it('goes on with the same bits, and to the same file', async () => {
    const options = { epochs: 5, batchSize: 8, ...quiet }
    const unbroken = classifier()
    await unbroken.fit(x, y, options)
    const model = classifier()
    await model.fit(x, y, { ...options, epochs: 2 })
    const loaded = await loadModel(await model.save('blob'))
    await loaded.fit(x, y, { ...options, initialEpoch: loaded.epochs })
    expect(await hashOf(loaded)).toBe(await hashOf(unbroken))
    await Promise.all([loaded.save(at('a')), unbroken.save(at('b'))])
    expect(await readFile(at('a'))).toEqual(await readFile(at('b')))
  })

  it('keeps every option of optimizer, loss, metrics and layers', async () => {
    const model = sequential(
      [
        layers.input({ shape: [4, 1] }),
        layers.flatten({ name: 'flat' }),
        layers.dense({ units: 3, kernelInitializer: 'heNormal', trainable: false }),
        layers.activation({ activation: 'gelu' }),
        layers.dense({ units: 1, useBias: false }),
      ],
      { name: 'odd' },
    )
    const learningRate = schedules.cosineDecay({ initialLearningRate: 0.1, decaySteps: 9 })
    model.compile({
      optimizer: optimizers.sgd({ learningRate, momentum: 0.5, nesterov: true, clipNorm: 1 }),
      loss: losses.huber({ delta: 2 }),
      metrics: [metrics.meanAbsoluteError({ name: 'error' }), 'mse'],
      weightedMetrics: ['mse'],
    })
    const data = tensor(
      Float32Array.from({ length: 24 }, (_, i) => Math.sin(i)),
      [6, 4, 1],
    )
    const labels = tensor([1, 2, 3, 4, 5, 6])
    await model.fit(data, labels, quiet)
    const loaded = await loadModel(await (await model.save('blob')).arrayBuffer())
    expect(loaded.name).toBe('odd')
    expect(loaded.layers.map((layer) => layer.fullConfig())).toEqual(
      model.layers.map((layer) => layer.fullConfig()),
    )
    expect(loaded.optimizer?.config()).toEqual(model.optimizer?.config())
    for (const each of [model, loaded]) await each.fit(data, labels, quiet)
    expect(loaded.history).toEqual(model.history)
    expect(Object.keys(loaded.history.history)).toEqual(['loss', 'error', 'mse', 'weighted_mse'])
    expect(await hashOf(loaded)).toBe(await hashOf(model))
  })

  it('keeps a rate that was lowered, and losses that are not numbers', async () => {
    const model = classifier()
    model.learningRate = 1 / 3
    vi.spyOn(console, 'warn').mockImplementationOnce(() => {})
    const spoiled = tensor([[Number.NaN, 0]])
    await model.fit(spoiled, tensor(Int32Array.of(0)), quiet)
    const loaded = await loadModel(await model.save('blob'))
    expect(loaded.learningRate).toBe(1 / 3)
    expect(loaded.history.history.loss).toEqual([Number.NaN])
  })

  it('may be neither compiled nor built', async () => {
    const bare = sequential([layers.dense({ units: 2 })])
    const loaded = await loadModel(await bare.save('blob'))
    expect(loaded.inputShape).toBeUndefined()
    expect(loaded.optimizer).toBeUndefined()
    expect((await loaded.predict(x)).shape).toEqual([60, 2])
  })

  it('keeps what layers took from data', async () => {
    const normalize = layers.normalization({ inputShape: [2] })
    const model = sequential([normalize, layers.dense({ units: 1 })])
    normalize.adapt(x)
    const loaded = await loadModel(await model.save('blob'))
    expect((await loaded.predict(x)).elements).toEqual((await model.predict(x)).elements)
  })

  it('may have layers of its own that were registered', async () => {
    class Twice extends Layer {
      readonly type = 'twice'
      call = (input: Parameters<Layer['call']>[0]) => input.graph.apply('add', [input, input])
      config = () => ({})
    }
    const model = sequential([layers.input({ shape: [2] }), new Twice()])
    const file = await model.save('blob')
    await expect(loadModel(file)).rejects.toThrow(refusal('unknown-name', 'twice'))
    registerLayer('twice', () => new Twice())
    const loaded = await loadModel(file)
    expect((await loaded.predict(tensor([[1, 2]]))).elements).toEqual(Float32Array.of(2, 4))
  })
})

describe('a file', () => {
  type Parts = { tensors: Map<string, Tensor>; metadata: Map<string, string> }

  /** The file of a small model after `change`. */
  const changed = async (change: (parts: Parts) => void): Promise<string> => {
    const model = classifier()
    const blob = await model.save('blob')
    const { tensors, metadata } = readSafetensors(await blob.arrayBuffer())
    const parts = { tensors: new Map(tensors), metadata: new Map(metadata) }
    change(parts)
    await writeFile(at('changed'), writeSafetensors(parts.tensors, parts.metadata))
    return at('changed')
  }

  const refused = async (
    change: (parts: Parts) => void,
    ...parts: Parameters<typeof refusal>
  ): Promise<void> => {
    const file = await changed(change)
    const [code, ...texts] = parts
    await expect(loadModel(file)).rejects.toThrow(refusal(code, file, ...texts))
  }

  it('must hold all tensors of the model, and no others', async () => {
    const kernel = 'layer "dense", variable "kernel"'
    await refused(({ tensors }) => tensors.delete('dense/kernel'), 'file-format', kernel, 'missing')
    const slot = 'optimizer/dense/kernel/momentum'
    await refused(({ tensors }) => tensors.delete(slot), 'file-format', slot, 'missing')
    const other = ({ tensors }: Parts) => tensors.set('dense_9/kernel', tensor([1]))
    await refused(other, 'file-format', 'dense_9/kernel', 'no layer')
    await refused(
      ({ tensors }) => tensors.delete('training/position/step'),
      'file-format',
      'training/position/step',
    )
  })

  it('must hold them in the right shape and dtype', async () => {
    const wrong = (value: Tensor) => (parts: Parts) => void parts.tensors.set('dense/bias', value)
    const bias = ['file-format', 'layer "dense", variable "bias"', 'float32 [16]'] as const
    await refused(wrong(tensor(new Float32Array(17))), ...bias, '[17]')
    await refused(wrong(tensor(new Int32Array(16))), ...bias, 'int32 [16]')
  })

  it('must describe a model', async () => {
    await refused(({ metadata }) => metadata.delete('format'), 'file-format', 'no Gradloom model')
    await refused(({ metadata }) => metadata.set('version', '9'), 'file-format', 'version 9')
    await refused(({ metadata }) => metadata.set('model', '{'), 'file-format', "'model'", 'JSON')
    await refused(({ metadata }) => metadata.set('model', '{}'), 'file-format', "'model'")
    await refused(({ metadata }) => metadata.set('history', '[1]'), 'file-format', "'history'")
    await refused(({ metadata }) => metadata.set('compile', '{}'), 'file-format', "'compile'")
  })

  it('must describe layers that there are, with options that they take', async () => {
    const edit = (from: string, to: string) => (parts: Parts) => {
      const model = parts.metadata.get('model') as string
      expect(model).toContain(from)
      parts.metadata.set('model', model.replace(from, to))
    }
    await refused(edit('"type":"dense"', '"type":"densee"'), 'unknown-name', "'densee'", "'dense'")
    await refused(edit('"units":16', '"units":-1'), 'file-format', 'units', '-1')
    await refused(edit('"units":16', '"units":17'), 'file-format', 'dense/kernel', '[2, 17]')
    await refused(edit('"inputShape":[2]', '"inputShape":[2.5]'), 'file-format', "'model'")
  })

  it('must be there, and be a safetensors file', async () => {
    await expect(loadModel(at('nowhere'))).rejects.toThrow(refusal('file', 'nowhere'))
    await writeFile(at('text'), 'hello')
    await expect(loadModel(at('text'))).rejects.toThrow(refusal('file-format', 'text'))
    const blob = await classifier().save('blob')
    const bytes = new Uint8Array(await blob.arrayBuffer())
    await writeFile(at('cut'), bytes.subarray(0, bytes.length - 4))
    await expect(loadModel(at('cut'))).rejects.toThrow(refusal('file-format', 'cut'))
  })

  it('cannot be written where there is no directory, and says so', async () => {
    const path = join(directory, 'no', 'such', 'model.safetensors')
    await expect(classifier().save(path)).rejects.toThrow(refusal('file', path))
  })
})
