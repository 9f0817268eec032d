// The emitted types, made readable for TypeScript 5.5: before 5.7 typed arrays had no parameter.

import { readFileSync, writeFileSync } from 'node:fs'
import { filesBelow } from '../stamp.mjs'

/** `slice` gives `Uint8Array<ArrayBuffer>` where there is such a type, else `Uint8Array`. */
const older = (text) =>
  text
    .replace(/\b(\w+Array)<ArrayBufferLike>/g, '$1')
    .replace(/\b(\w+Array)<ArrayBuffer>/g, "ReturnType<$1['slice']>")

/** Rewrites the types in `dir`. */
export const forOlderCompilers = (dir) => {
  for (const file of filesBelow(dir)) writeFileSync(file, older(readFileSync(file, 'utf8')))
}
