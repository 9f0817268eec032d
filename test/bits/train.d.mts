// Types of `train.mjs`, which runs in browsers as it is.

import type { Info, InitOptions } from '../../ts/index.ts'

export interface Bits extends Pick<Info, 'mode' | 'threads'> {
  /** Of all weights. */
  readonly sha256: string
  readonly loss: readonly number[]
}

export const trainedBits: (
  gradloom: typeof import('../../ts/index.ts'),
  options: InitOptions,
  shards: number,
  network?: 'dense' | 'recurrent' | 'attention' | 'convnet',
) => Promise<Bits>
