// What the Node build has inside it, so that bundlers need to find no file: the worker's script,
// and the core for programs that were moved away from the package's files. This file stands for it
// in a checkout.

import { readFileSync } from 'node:fs'
import type { Variant } from '../runtime/protocol.ts'

let source: string | undefined

/** A classic script. */
export const workerSource = (): string => {
  source ??= readFileSync(new URL('../../dist/node/worker.js', import.meta.url), 'utf8')
  return source
}

/** base64 of gzip of wasm. */
export const packedCore = async (variant: Variant): Promise<string> => {
  throw new Error(`a checkout has no ${variant} core but the file`)
}
