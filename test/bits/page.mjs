// Runs the training in a page: `await trainedBits(initOptions, shards)` there. Served from the root of the
// repository, beside dist/.

import * as gradloom from '../../dist/browser/index.js'
import { trainedBits } from './train.mjs'

globalThis.trainedBits = (options, shards) => trainedBits(gradloom, options, shards)
