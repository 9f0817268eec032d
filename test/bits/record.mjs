// Writes the expected hashes anew, after a change of numerics that is meant: `node test/bits/record.mjs`.
// Build first.

import { writeFile } from 'node:fs/promises'
import * as gradloom from '../../dist/node/index.js'
import { trainedBits } from './train.mjs'

const expected = {}
for (const [prefix, network] of [
  ['', 'dense'],
  ['recurrent, ', 'recurrent'],
  ['attention, ', 'attention'],
  ['convnet, ', 'convnet'],
]) {
  for (const shards of [1, 2]) {
    const { sha256 } = await trainedBits(gradloom, { mode: 'inline' }, shards, network)
    expected[`${prefix}shards: ${shards}`] = sha256
  }
}
const file = new URL('expected.json', import.meta.url)
await writeFile(file, `${JSON.stringify(expected, null, 2)}\n`)
console.log(expected)
