// Runs the training in a page: `await trainedBits(initOptions, shards, network)` there. Served from the root of the
// repository, beside dist/.

import * as gradloom from '../../dist/browser/index.js'
import { trainedBits } from './train.mjs'

globalThis.trainedBits = (...given) => trainedBits(gradloom, ...given)
