// The worker of the Node build, as a classic script: the entry carries its text, so that no bundler
// has to find a file. The file itself is for programs in a checkout.

import { join } from 'node:path'
import { build } from 'esbuild'
import { root } from '../shell.mjs'
import { gradloomPlugin } from './plugin.mjs'

/** Writes the script to `file`. */
export const bundleNodeWorker = (file) =>
  build({
    entryPoints: [join(root, 'ts/runtime/worker.ts')],
    bundle: true,
    outfile: file,
    format: 'iife',
    platform: 'node',
    target: 'es2022',
    legalComments: 'none',
    logLevel: 'error',
    plugins: [gradloomPlugin('browser')],
  })
