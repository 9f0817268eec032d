// The fuzzer's property of model files on a fixed number of cases, the same at each run. The guided run is
// `npm run fuzz -- file`.

import { afterAll, beforeAll, expect, it } from 'vitest'
import { diceOf } from '../../bench/soak/dice.mjs'
import { checkFile, closeFiles, seedFiles } from './files.mjs'
import { mutateFile } from './mutate-file.mjs'

let seeds

beforeAll(async () => {
  seeds = await seedFiles()
})
afterAll(closeFiles)

it('loads the files that it saved', async () => {
  for (const bytes of seeds) expect(await checkFile(bytes)).toBe('loaded')
})

it('refuses changed files with an error of the file, or loads them', async () => {
  const dice = diceOf(1)
  const counts = {}
  for (let i = 0; i < 2000; i++) {
    const outcome = await checkFile(mutateFile(dice.pick(seeds), dice))
    counts[outcome] = (counts[outcome] ?? 0) + 1
  }
  expect(counts['file-format']).toBeGreaterThan(1000)
  expect(counts.loaded).toBeGreaterThan(10)
})

it('changes lists whatever else it changed in them', () => {
  const json = new TextEncoder().encode('{"a":[1]}')
  const bytes = new Uint8Array(8 + json.length)
  bytes[0] = json.length
  bytes.set(json, 8)
  const dice = diceOf(3)
  const changed = Array.from({ length: 20_000 }, () => mutateFile(bytes, dice))
  const texts = changed.map((each) => new TextDecoder().decode(each.subarray(8)))
  expect(texts).toContain('{"a":[1,1]}')
})

const header = (change) => {
  const bytes = seeds[0]
  const length = Number(new DataView(bytes.buffer).getBigUint64(0, true))
  const tree = JSON.parse(new TextDecoder().decode(bytes.subarray(8, 8 + length)))
  change(tree.__metadata__)
  const json = new TextEncoder().encode(JSON.stringify(tree))
  const changed = new Uint8Array(8 + json.length + bytes.length - 8 - length)
  new DataView(changed.buffer).setBigUint64(0, BigInt(json.length), true)
  changed.set(json, 8)
  changed.set(bytes.subarray(8 + length), 8 + json.length)
  return changed
}

// What the guided run found: each loaded, and could then not be saved.
it.each([
  ['an initializer', 'model', '"kernelInitializer":"glorotUniform"', '"kernelInitializer":false'],
  ['a learning rate', 'compile', '"learningRate":0.001', '"learningRate":[1,2]'],
])('refuses what is no %s', async (_, key, from, to) => {
  const bytes = header((metadata) => {
    expect(metadata[key]).toContain(from)
    metadata[key] = metadata[key].replace(from, to)
  })
  expect(await checkFile(bytes)).toBe('file-format')
})
