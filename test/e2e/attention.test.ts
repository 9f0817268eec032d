// Models with attention and normalization as users write them: they learn, mask padding, and come back
// from a file with all weights and moving averages.

import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import {
  init,
  input,
  layers,
  loadModel,
  losses,
  model,
  optimizers,
  shutdown,
  type Tensor,
  tensor,
} from '../../ts/index.ts'
import { numbers } from './support.ts'

const [SAMPLES, STEPS, VOCABULARY] = [160, 8, 7]

/** Tokens 1 … 6, some texts padded with 0; the label is the first token. */
const texts = () => {
  const next = numbers(3)
  const x = new Int32Array(SAMPLES * STEPS)
  const y = new Int32Array(SAMPLES)
  for (let i = 0; i < SAMPLES; i++) {
    const length = 4 + Math.floor(next() * (STEPS - 3))
    for (let t = 0; t < length; t++) x[i * STEPS + t] = 1 + Math.floor(next() * (VOCABULARY - 1))
    y[i] = x[i * STEPS] as number
  }
  return { x: tensor(x, [SAMPLES, STEPS]), y: tensor(y) }
}

const reader = () => {
  const tokens = input({ shape: [STEPS], dtype: 'int32' })
  const x = layers.embedding({ inputDim: VOCABULARY, outputDim: 16, maskZero: true }).apply(tokens)
  const attention = layers.multiHeadAttention({ numHeads: 2, keyDim: 12, useCausalMask: true })
  const mixed = layers.batchNormalization({ momentum: 0.8 }).apply(attention.apply(x))
  const sum = layers.layerNormalization().apply(layers.add().apply([x, mixed]))
  const hidden = layers.dense({ units: 32, activation: 'relu' })
  const dense = layers.spectralNormalization({ layer: hidden }).apply(layers.flatten().apply(sum))
  const logits = layers.dense({ units: VOCABULARY }).apply(dense)
  const network = model({ inputs: tokens, outputs: logits })
  const loss = losses.sparseCategoricalCrossentropy({ fromLogits: true })
  const optimizer = optimizers.adam({ learningRate: 0.01 })
  network.compile({ optimizer, loss, metrics: ['accuracy'], seed: 5 })
  return network
}

beforeAll(() => init())
afterAll(() => shutdown())

describe('a model with attention', () => {
  it('learns, and is the same when it comes back from a file', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'gradloom-attention-'))
    try {
      const { x, y } = texts()
      const network = reader()
      const { history } = await network.fit(x, y, { epochs: 12, batchSize: 32, verbose: 0 })
      expect(history.loss?.at(-1)).toBeLessThan((history.loss?.[0] as number) / 3)
      const before = (await network.predict(x)) as Tensor
      const path = join(folder, 'reader.safetensors')
      await network.save(path)
      const again = await loadModel(path)
      const after = (await again.predict(x)) as Tensor
      expect(after.elements).toEqual(before.elements)
      const names = again.layers.map(({ type }) => type)
      expect(names).toContain('multiHeadAttention')
      expect(names).toContain('spectralNormalization')
    } finally {
      await rm(folder, { recursive: true })
    }
  })
})
