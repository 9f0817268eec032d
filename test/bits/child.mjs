// Runs the training in a Node of its own and prints the result: `child.mjs INIT_OPTIONS SHARDS [NETWORK]`

import * as gradloom from '../../dist/node/index.js'
import { trainedBits } from './train.mjs'

const [options, shards, network = '"dense"'] = process.argv.slice(2)
const given = [options, shards, network].map((text) => JSON.parse(text))
console.log(JSON.stringify(await trainedBits(gradloom, ...given)))
