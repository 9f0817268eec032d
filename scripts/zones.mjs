// The import zones of ts/: who may import whom, and no cycles. Types may cross (they vanish),
// values not. Tests and ts/testing are free.

import { readFileSync } from 'node:fs'
import { dirname, join, relative } from 'node:path'
import { root } from './shell.mjs'
import { filesBelow } from './stamp.mjs'

const base = [
  ...['errors', 'shape', 'names', 'checks', 'saved'],
  ...['graph', 'tensor', 'variable', 'runtime/core'],
]
const composed = [...base, 'ops', 'composites']
const parts = [
  ...[...composed, 'activations', 'initializers', 'schedules'],
  ...['regularizers', 'constraints'],
]

/** What a zone may import besides itself. A zone that is not named here may import everything. */
const allowed = {
  ...Object.fromEntries(base.map((zone) => [zone, base])),
  ops: base,
  composites: [...base, 'ops'],
  activations: composed,
  initializers: composed,
  regularizers: composed,
  constraints: composed,
  schedules: composed,
  layers: [...parts, 'preprocessing'],
  losses: parts,
  metrics: [...parts, 'losses'],
  optimizers: parts,
  data: [...base, 'io', 'platform', 'preprocessing'],
  preprocessing: base,
  io: base,
  progress: base,
  callbacks: [...base, 'io', 'progress', 'models/fit/backup'],
  runtime: [...base, 'platform'],
  platform: [...base, 'runtime'],
}

const importing = /^(?:import|export)\s+(?!type\b)(?:[^'";]*?\sfrom\s+)?'(\.[^']+)'/gms

const sources = filesBelow(join(root, 'ts'))
  .filter((file) => /\.ts$/.test(file) && !/\.(test|d)\.ts$|\/testing(\/|\.ts)/.test(file))
  .map((file) => relative(join(root, 'ts'), file))

const importsOf = (file) => {
  const text = readFileSync(join(root, 'ts', file), 'utf8')
  return [...text.matchAll(importing)].map(([, path]) => join(dirname(file), path))
}

/** Files that are zones of their own. */
const apart = ['runtime/core', 'models/fit/backup']

const zoneOf = (file) => {
  const path = file.replace(/\.ts$/, '')
  return apart.includes(path) ? path : path.split('/')[0]
}

const wrongImports = (graph) => {
  const wrong = []
  for (const [file, imports] of graph) {
    const zone = zoneOf(file)
    const may = allowed[zone]
    for (const target of may ? imports : []) {
      const to = zoneOf(target)
      const own = to === zone || !target.endsWith('.ts')
      if (!own && !may.includes(to))
        wrong.push(`ts/${file} imports ${target}: ${zone} may not use ${to}`)
    }
  }
  return wrong
}

/** The shortest cycles of value imports that a depth-first walk closes: breaking them opens more. */
const cycles = (graph) => {
  const done = new Set()
  const found = []
  const walk = (file, path) => {
    if (path.includes(file)) {
      const loop = [...path.slice(path.indexOf(file)), file]
      found.push(`a cycle of imports: ${loop.join(' → ')}`)
    } else if (!done.has(file)) {
      for (const next of graph.get(file) ?? []) walk(next, [...path, file])
      done.add(file)
    }
  }
  for (const file of graph.keys()) walk(file, [])
  return found.sort((a, b) => a.length - b.length).slice(0, 3)
}

const graph = new Map(sources.map((file) => [file, importsOf(file)]))
const problems = [...wrongImports(graph), ...cycles(graph)]
for (const problem of problems) console.error(problem)
console.log(`zones    ${sources.length} files, ${problems.length} wrong imports`)
process.exitCode = problems.length > 0 ? 1 : 0
