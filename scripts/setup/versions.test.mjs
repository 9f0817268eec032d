// Versions as compilers and packages print them, and which of them are new enough.

import { expect, it } from 'vitest'
import { isNewEnough, rustVersion } from './versions.mjs'

it.each([
  ['rustc 1.96.0 (ac68faa20 2026-05-25) (built from a source tarball)', [1, 96], true],
  ['1.96.0+dfsg1-1~deb12u2', [1, 96], true],
  ['rustc 1.97.0-nightly (e50aa6fba 2026-05-19)', [1, 97], true],
  ['1.63.0+dfsg1-2', [1, 63], false],
  [undefined, undefined, false],
])('%s', (text, version, enough) => {
  expect(rustVersion(text)).toEqual(version)
  expect(isNewEnough(version)).toBe(enough)
})
