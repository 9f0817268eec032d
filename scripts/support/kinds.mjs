// The kinds of things that the page lists: where their names stand, and where their tests.

import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { root } from '../shell.mjs'

const text = (path) => readFileSync(join(root, path), 'utf8')

/** Names that a file exports, of values (types begin with a capital letter). */
const exportsOf = (path) =>
  [...text(path).matchAll(/^export \{([^}]*)\} from|^export const (\w+)/gm)]
    .flatMap(([, list, one]) => (one ? [one] : list.split(',')))
    .map((name) => name.trim())
    .filter((name) => /^[a-z]\w*$/.test(name))
    .toSorted()

const startsWith = (item, name) => name === item || name.startsWith(`${item} `)

const kind = (title, folder, index = `ts/${folder}/index.ts`) => ({
  title,
  tests: `ts/${folder}`,
  items: exportsOf(index),
  names: startsWith,
})

const composites = () => {
  const files = readdirSync(join(root, 'ts/composites')).filter(
    (file) => file.endsWith('.ts') && !/test|index/.test(file),
  )
  const items = files.flatMap((file) => exportsOf(`ts/composites/${file}`))
  const shown = text('ts/composites/index.ts')
  const isPublic = (name) => new RegExp(`\\b${name}\\b|export \\*`).test(shown)
  return {
    title: 'Functions of tensors (`ops`)',
    tests: 'ts/composites',
    items: [...new Set(items)].filter(isPublic).toSorted(),
    names: startsWith,
  }
}

/** `file: Type, Type;` of the registry; the name of an op stands in its file. */
const primitives = () => {
  const list = text('crates/ops/src/lib.rs').match(/\nops! \{([\s\S]*?)\n\}/)[1]
  return [...list.matchAll(/^\s*(?:r#)?(\w+): /gm)]
    .map(([, module]) => ({ module, name: module.replace(/_(\w)/g, (_, c) => c.toUpperCase()) }))
    .toSorted((a, b) => (a.name < b.name ? -1 : 1))
}

export const kinds = () => [
  kind('Layers', 'layers'),
  kind('Activations', 'activations'),
  kind('Initializers', 'initializers'),
  kind('Regularizers', 'regularizers'),
  kind('Constraints', 'constraints'),
  kind('Losses', 'losses'),
  kind('Metrics', 'metrics'),
  kind('Optimizers', 'optimizers'),
  kind('Learning-rate schedules', 'schedules'),
  kind('Callbacks', 'callbacks'),
  composites(),
  { title: 'Primitive ops of the core', ops: primitives() },
]
