// Normalizing, attention and small layers against Keras: outputs, gradients of inputs and weights,
// masks, and what training changes. What Keras lacks is tested beside each layer.

import { describe, expect, it } from 'vitest'
import { checkCase, checkConfig, type LayerCase } from '../testing/layer-case.ts'
import { reference } from '../testing/reference.ts'

const files = ['normalization', 'attention', 'misc'].map(
  (name) => [name, reference<{ cases: readonly LayerCase[] }>(name).cases] as const,
)

const title = ({ layer, config, inputs, masks, training }: LayerCase): string =>
  [
    layer,
    JSON.stringify(config),
    'on',
    JSON.stringify(inputs.map(({ shape }) => shape)),
    ...Object.keys(masks ?? {}),
    training ? 'while training' : '',
  ].join(' ')

describe.each(files)('%s', (_, cases) => {
  it.each(cases.map((c) => [title(c), c] as const))('%s', (_, recorded) => {
    checkCase(recorded)
    checkConfig(recorded)
  })
})

it('covers every layer of these files', () => {
  expect(files.every(([, cases]) => cases.length > 10)).toBe(true)
})
