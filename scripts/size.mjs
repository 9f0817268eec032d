// Prints the size budgets of crates/ and ts/ (tests left out) and of what a page downloads, and fails
// above a stop. Lengths are a smell, not a goal: the targets are only counted, the stops hold.

import { readFileSync } from 'node:fs'
import { join, relative } from 'node:path'
import { root } from './shell.mjs'
import { downloads } from './size/download.mjs'
import { functionsOf } from './size/functions.mjs'
import { filesBelow } from './stamp.mjs'

const stops = { file: 500, function: 70, line: 100 }
const targets = { file: 300, function: 15 }

/** kB of JavaScript after gzip. */
const budgets = {
  everything: { target: 60, stop: 126 },
  'a dense classifier': { target: 25, stop: 70 },
}

const isTest = (file) =>
  /\.test\.ts$|\.d\.ts$|\/tests?\/|\/tests?\.rs$|_tests?\.rs$|\/testing(\/|\.ts)/.test(file)

/** Rust's test modules stand at the end of a file. */
const withoutTests = (text) => text.replace(/^#\[cfg\(test\)\]\nmod \w+ \{[\s\S]*$/m, '')

const measure = (file) => {
  const text = withoutTests(readFileSync(file, 'utf8'))
  const lines = text.trimEnd().split('\n')
  const name = relative(root, file)
  const long = lines.flatMap((line, i) =>
    [...line].length > stops.line ? [`${name}:${i + 1}`] : [],
  )
  const functions = functionsOf(text, file.endsWith('.rs') ? 'rs' : 'ts')
  const named = functions.map(({ line, lines: size }) => ({ place: `${name}:${line}`, size }))
  return { place: name, size: lines.length, long, functions: named }
}

const report = (what, entries, target, stop) => {
  const sorted = entries.toSorted((a, b) => b.size - a.size)
  const above = (limit) => sorted.filter(({ size }) => size > limit)
  const most = sorted[0] ? `longest ${sorted[0].size} (${sorted[0].place})` : ''
  console.log(
    `size     ${`${entries.length} ${what}`.padEnd(16)} ` +
      `${above(target).length} over ${target}, ` +
      `${above(stop).length} over the stop of ${stop}; ${most}`,
  )
  return above(stop).map(
    ({ place, size }) => `${place}: ${size} lines, the stop for ${what} is ${stop}`,
  )
}

const reportDownloads = async () => {
  const sizes = await downloads()
  if (!sizes) console.log('size     dist/ is not built, so no download was measured')
  return Object.entries(sizes ?? {}).flatMap(([what, bytes]) => {
    const { target, stop } = budgets[what]
    const size = `${(bytes / 1000).toFixed(1)} kB gzip`
    console.log(`size     JavaScript for ${what}: ${size} (target ${target}, stop ${stop})`)
    return bytes > 1000 * stop ? [`JavaScript for ${what}: ${size}, the stop is ${stop}`] : []
  })
}

const main = async () => {
  const paths = ['crates', 'ts'].flatMap((path) => filesBelow(join(root, path)))
  const files = paths.filter((file) => /\.(rs|ts)$/.test(file) && !isTest(file)).map(measure)
  const functions = files.flatMap((file) => file.functions)
  const long = files.flatMap((file) => file.long)
  const problems = [
    ...report('files', files, targets.file, stops.file),
    ...report('functions', functions, targets.function, stops.function),
    ...long.map((place) => `${place}: over ${stops.line} columns`),
    ...(await reportDownloads()),
  ]
  console.log(`size     ${long.length} lines over ${stops.line} columns`)
  for (const problem of problems.slice(0, 60)) console.error(problem)
  if (problems.length > 60) console.error(`… and ${problems.length - 60} more`)
  if (problems.length > 0) process.exitCode = 1
}

await main()
