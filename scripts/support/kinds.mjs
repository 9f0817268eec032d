// The kinds of things that the page lists: where their names stand, and where their tests.

import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { root } from '../shell.mjs'

/**
 * Whether a test is named after the item: by its first words (the first may be the file of records), or
 * as a part of what is tested, such as the cell of a recurrent layer.
 */
const isNamed = (item, name) =>
  name.split(' ', 2).includes(item) || name.includes(`"type":"${item}"`)

const kebab = (name) => name.replace(/LR|[A-Z]/g, (x) => `-${x.toLowerCase()}`)

/** Functions that a layer or an activation is made of: what is checked of that. */
const within = {
  adaptiveAveragePool: 'adaptiveAveragePooling2d',
  adaptiveMaxPool: 'adaptiveMaxPooling2d',
  averagePool: 'averagePooling2d',
  conv: 'conv2d',
  convTranspose: 'conv2dTranspose',
  depthwiseConv: 'depthwiseConv2d',
  elu: 'elu',
  gelu: 'gelu',
  leakyRelu: 'leakyRelu',
  maxPool: 'maxPooling2d',
  relu: 'relu',
  silu: 'silu',
  softplus: 'softplus',
}

const names = (item, { file, name }) =>
  isNamed(item, name) ||
  file.endsWith(`/${kebab(item)}.test.ts`) ||
  (item.startsWith('random') && name.startsWith('random tensors'))

const kind = (title, members, tests) => ({
  title,
  tests: `ts/${tests}`,
  items: Object.keys(members)
    .filter((name) => /^[a-z]/.test(name) && typeof members[name] === 'function')
    .toSorted(),
  names,
})

/** `file: Type, Type;` of the registry; the name of an op stands in its file. */
const primitives = () => {
  const list = readFileSync(join(root, 'crates/ops/src/lib.rs'), 'utf8').match(
    /\nops! \{([\s\S]*?)\n\}/,
  )[1]
  return [...list.matchAll(/^\s*(?:r#)?(\w+): /gm)]
    .map(([, file]) => ({
      module: file.replace(/^(max|sum)_pool$/, 'pooling'),
      name: file.replace(/_(\w)/g, (_, c) => c.toUpperCase()),
    }))
    .toSorted((a, b) => (a.name < b.name ? -1 : 1))
}

/** What the built package exports, kind by kind. */
export const kinds = async () => {
  const api = await import(pathToFileURL(join(root, 'dist/node/index.js')).href)
  return [
    kind('Layers', api.layers, 'layers'),
    kind('Activations', api.activations, 'activations'),
    kind('Initializers', api.initializers, 'initializers'),
    kind('Regularizers', api.regularizers, 'regularizers'),
    kind('Constraints', api.constraints, 'constraints'),
    kind('Losses', api.losses, 'losses'),
    kind('Metrics', api.metrics, 'metrics'),
    kind('Optimizers', api.optimizers, 'optimizers'),
    kind('Learning-rate schedules', api.schedules, 'schedules'),
    kind('Callbacks', api.callbacks, ''),
    kind('Preprocessing', api.preprocessing, 'preprocessing'),
    { ...kind('Functions of tensors (`ops`)', api.ops, 'composites'), within },
    { title: 'Primitive ops of the core', ops: primitives() },
  ]
}
