// The table of faults, group two: memory that cannot be had, at every point of a training step, and memory
// of the caller's that is detached, shrunk, shared or changed.

import { expect } from 'vitest'
import { initialPages } from '../../build/wasm/gradloom.js'
import {
  GradloomError,
  info,
  layers,
  loadModel,
  type Model,
  ops,
  sequential,
  type Tensor,
  tensor,
  valueAndGrad,
} from '../../ts/index.ts'
import { hashOf } from '../e2e/support.ts'
import { EACH, playTable, quiet, type Row, type Scene, x, y } from './table.ts'

const PAGE = 65536
const MIB = 2 ** 20

/** Two hidden layers, on 256 samples: as much memory as makes it grow many times. */
const wide = (): Model => {
  const model = sequential([
    layers.dense({ units: 128, activation: 'relu', inputShape: [64] }),
    layers.dense({ units: 64, activation: 'relu' }),
    layers.dense({ units: 1 }),
  ])
  model.compile({ optimizer: 'adam', loss: 'mse', seed: 1 })
  return model
}

const wave = (size: number) => Float32Array.from({ length: size }, (_, i) => Math.sin(i))
const wideX = tensor(wave(256 * 64), [256, 64])
const wideY = tensor(wave(256))

const fitWide = (model: Model) =>
  model.fit(wideX, wideY, { batchSize: 64, epochs: 2, shards: 1, ...quiet })

/** Code of the error with which `fit` ends in a pool of so much memory; the hash where it does not. */
const fittedWithin = async (scene: Scene, pages: number, expected: string): Promise<string> => {
  await scene.pool({ memoryLimit: pages * PAGE })
  const model = wide()
  try {
    await fitWide(model)
    expect(await hashOf(model)).toBe(expected)
    return 'fine'
  } catch (error) {
    if (!(error instanceof GradloomError)) throw error
    expect(error.message).toContain('raise init({ memoryLimit })')
    // With more room the very same model goes on as if nothing had happened.
    await scene.pool({ memoryLimit: 2 ** 28 })
    await fitWide(model)
    expect(await hashOf(model)).toBe(expected)
    return error.code
  } finally {
    model.dispose()
  }
}

/** A limit of every number of pages refuses every growth once: the first, the second … */
const everyGrowth: Row = {
  name: 'growth refused at every allocation of a training run',
  code: 'fine',
  modes: EACH,
  limitMs: 150_000,
  run: async (scene) => {
    await scene.pool({ memoryLimit: 2 ** 28 })
    const model = wide()
    await fitWide(model)
    const expected = await hashOf(model)
    model.dispose()
    const ends: string[] = []
    for (let pages = initialPages; ends.at(-1) !== 'fine'; pages++) {
      ends.push(await fittedWithin(scene, pages, expected))
    }
    expect(ends.length).toBeGreaterThan(8)
    expect(new Set(ends.slice(0, -1))).toEqual(new Set(['out-of-memory']))
  },
}

const tooLarge: Row[] = [
  {
    name: 'a model larger than memory is refused with what it takes',
    code: 'out-of-memory',
    says: ['382 MiB', '"dense/kernel" [10000, 10000]', 'may have 64 MiB', 'memoryLimit'],
    modes: EACH,
    pool: { memoryLimit: 64 * MIB },
    run: async () => {
      const model = sequential([layers.dense({ units: 10_000, inputShape: [10_000] })])
      const running = model.predict(tensor(new Float32Array(10_000), [1, 10_000]))
      await running.finally(() => {
        expect(info().memory.bytes).toBeLessThan(4 * MIB)
        model.dispose()
      })
    },
  },
  {
    name: 'a model whose optimizer is larger than memory',
    code: 'out-of-memory',
    says: ['92 MiB', 'the optimizer keeps'],
    pool: { memoryLimit: 64 * MIB },
    run: async () => {
      const model = sequential([layers.dense({ units: 1000, inputShape: [8000] })])
      model.compile({ optimizer: 'adam', loss: 'mse' })
      const [one, label] = [new Float32Array(8000), new Float32Array(1000)]
      const running = model.fit(tensor(one, [1, 8000]), tensor(label, [1, 1000]), quiet)
      await running.finally(() => model.dispose())
    },
  },
  {
    name: 'a batch whose intermediate values are larger than memory',
    code: 'out-of-memory',
    says: ['more bytes of memory', 'smaller batches', 'memoryLimit'],
    modes: EACH,
    pool: { memoryLimit: 64 * MIB },
    run: async ({ mode }) => {
      const model = sequential([
        layers.dense({ units: 64, inputShape: [64] }),
        layers.softmax(),
        layers.dense({ units: 64 }),
      ])
      const many = tensor(new Float32Array(64 * 100_000), [100_000, 64])
      const running = model.predict(many, { batchSize: 100_000 })
      await running.finally(async () => {
        // The same model, in smaller batches.
        const few = (await model.predict(many.rows(0, 1000), { batchSize: 100 })) as Tensor
        expect(few.shape, mode).toEqual([1000, 64])
        model.dispose()
      })
    },
  },
  {
    name: 'data larger than memory is sent with the steps',
    code: 'fine',
    modes: EACH,
    run: async (scene) => {
      const [samples, width] = [500, 20_000]
      // Small, so that the model does not diverge: there are many NaNs.
      const numbers = wave(samples * width).map((v) => v / 1000)
      const data = tensor(numbers, [samples, width])
      const fitted = async (memoryLimit: number): Promise<string> => {
        await scene.pool({ memoryLimit })
        const model = sequential([layers.dense({ units: 1, inputShape: [width] })])
        model.compile({ optimizer: 'sgd', loss: 'mse', seed: 5 })
        await model.fit(data, new Float32Array(samples), { batchSize: 20, shards: 1, ...quiet })
        const hash = await hashOf(model)
        model.dispose()
        return hash
      }
      expect(await fitted(32 * MIB)).toBe(await fitted(256 * MIB))
    },
  },
  {
    name: 'a constant larger than the memory of the workers',
    code: 'out-of-memory',
    says: ['memoryLimit'],
    modes: EACH,
    pool: { memoryLimit: 16 * MIB },
    run: async () => {
      const literal = new Float32Array(2.5e6)
      const add = layers.lambda((input) =>
        ops.add(input, ops.sum(ops.constant(input.graph, literal))),
      )
      await sequential([layers.input({ shape: [2] }), add]).predict(x)
    },
  },
  {
    name: 'a constant larger than the memory in which graphs are described',
    code: 'out-of-memory',
    says: ['instead of constants'],
    pool: { memoryLimit: 64 * MIB },
    run: async () => {
      const literal = new Float32Array(1.5e7)
      const sum = (input: Parameters<typeof ops.sum>[0]) =>
        ops.add(ops.sum(input), ops.sum(ops.constant(input.graph, literal)))
      await valueAndGrad(sum)(tensor([1, 2]))
    },
  },
]

/** Data that the caller is about to do something to. */
const own = () => {
  const elements = (x.elements as Float32Array).slice()
  return { elements, data: tensor(elements, [100, 2]) }
}

const detach = ({ buffer }: Float32Array): void =>
  void structuredClone(buffer, { transfer: [buffer as ArrayBuffer] })

/** Trained on x as it is. */
const plain = async (scene: Scene): Promise<string> => {
  const model = scene.classifier()
  await model.fit(x, y, { epochs: 3, shards: 1, ...quiet })
  return hashOf(model)
}

/** Something happens to the data after the first epoch; the copy in the workers does not notice. */
const during = (act: (elements: Float32Array) => void) => async (scene: Scene) => {
  const model = scene.classifier()
  const { elements, data } = own()
  const callbacks = [{ onEpochEnd: () => act(elements) }]
  await model.fit(data, y, { epochs: 3, shards: 1, callbacks, ...quiet })
  expect(await hashOf(model)).toBe(await plain(scene))
}

const gone = ['tensor [100, 2]', '0 of its numbers are left', 'slice()']

const buffers: Row[] = [
  {
    name: 'an ArrayBuffer that was given away before training',
    code: 'argument',
    says: gone,
    modes: EACH,
    run: ({ classifier }) => {
      const { elements, data } = own()
      detach(elements)
      return classifier().fit(data, y, quiet)
    },
  },
  {
    name: 'an ArrayBuffer that was given away before predicting',
    code: 'argument',
    says: gone,
    run: ({ classifier }) => {
      const { elements, data } = own()
      detach(elements)
      return classifier().predict(data)
    },
  },
  {
    name: 'an ArrayBuffer that is given away while it is sent',
    code: ['argument', 'fine'],
    modes: EACH,
    run: ({ classifier }) => {
      const { elements, data } = own()
      const running = classifier().predict(data, { batchSize: 1 })
      detach(elements)
      return running
    },
  },
  {
    name: 'an ArrayBuffer that is given away while it is trained on',
    code: 'fine',
    modes: EACH,
    run: during((elements) => elements.length > 0 && detach(elements)),
  },
  {
    name: 'an array that is overwritten while it is trained on',
    code: 'fine',
    modes: EACH,
    run: during((elements) => void elements.fill(Number.NaN)),
  },
  {
    name: 'weights that are overwritten after they were set',
    code: 'fine',
    modes: EACH,
    run: async ({ classifier }) => {
      const model = classifier()
      const weights = await model.getWeights()
      const copies = weights.map(({ elements, shape }) => tensor(elements.slice(), shape))
      const before = await hashOf(model)
      await model.setWeights(copies)
      for (const { elements } of copies) elements.fill(7)
      expect(await hashOf(model)).toBe(before)
    },
  },
  {
    name: 'a resizable ArrayBuffer that shrinks',
    code: 'argument',
    says: ['50 of its numbers are left', 'resized'],
    obstacle: () => ('resize' in ArrayBuffer.prototype ? undefined : 'no resizable buffers here'),
    run: ({ classifier }) => {
      const Resizable = ArrayBuffer as unknown as new (
        n: number,
        o: object,
      ) => ArrayBuffer & { resize(n: number): void }
      const buffer = new Resizable(800, { maxByteLength: 800 })
      const data = tensor(new Float32Array(buffer), [100, 2])
      buffer.resize(200)
      return classifier().fit(data, y, quiet)
    },
  },
  {
    name: 'samples in a SharedArrayBuffer',
    code: 'fine',
    modes: EACH,
    run: async (scene) => {
      const shared = new Float32Array(new SharedArrayBuffer(800))
      shared.set(x.elements)
      const model = scene.classifier()
      const data = tensor(shared, [100, 2])
      await model.fit(data, y, { epochs: 3, shards: 1, ...quiet })
      expect(await hashOf(model)).toBe(await plain(scene))
      expect(((await model.predict(data)) as Tensor).shape).toEqual([100, 3])
    },
  },
  {
    name: 'weights in a SharedArrayBuffer',
    code: 'fine',
    modes: EACH,
    run: async ({ classifier }) => {
      const model = classifier()
      const weights = (await model.getWeights()).map(({ elements, shape, size }) => {
        const shared = new Float32Array(new SharedArrayBuffer(4 * size))
        shared.set(elements)
        return tensor(shared, shape)
      })
      const before = await hashOf(model)
      await model.setWeights(weights)
      expect(await hashOf(model)).toBe(before)
      await model.save('blob')
    },
  },
  {
    name: 'a model file in a SharedArrayBuffer',
    code: 'fine',
    run: async ({ classifier }) => {
      const model = classifier()
      const bytes = new Uint8Array(await (await model.save('blob')).arrayBuffer())
      const shared = new Uint8Array(new SharedArrayBuffer(bytes.length))
      shared.set(bytes)
      const loaded = await loadModel(shared)
      expect(await hashOf(loaded)).toBe(await hashOf(model))
      loaded.dispose()
    },
  },
  {
    name: 'a model file whose ArrayBuffer was given away',
    code: 'file',
    says: ['detached', 'pass a copy'],
    run: async ({ classifier }) => {
      const buffer = await (await classifier().save('blob')).arrayBuffer()
      structuredClone(buffer, { transfer: [buffer] })
      await loadModel(buffer)
    },
  },
]

playTable('memory', [everyGrowth, ...tooLarge, ...buffers])
