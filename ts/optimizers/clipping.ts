// Clipping of gradients, as Keras 3 does it: by value, by the norm of each, or by the norm of all.

import { positive } from '../checks.ts'
import { globalNorm, norm } from '../composites/common.ts'
import { GradloomError } from '../errors.ts'
import type { SymbolicTensor } from '../graph.ts'
import * as ops from '../ops.ts'

export interface ClipOptions {
  /** Every element is cut to ±clipValue. */
  clipValue?: number | null
  /** Each gradient whose norm is above clipNorm is scaled down to it. */
  clipNorm?: number | null
  /**
   * If the norm of all gradients together is above globalClipNorm, all are scaled down by one
   * factor.
   */
  globalClipNorm?: number | null
}

type Gradients = readonly SymbolicTensor[]

const NAMES = ['clipValue', 'clipNorm', 'globalClipNorm'] as const

/** Exactly 1 while `size` is within `limit`, so that small gradients pass unchanged. */
const scaleTo = (limit: number, size: SymbolicTensor): SymbolicTensor =>
  ops.div(limit, ops.maximum(size, limit))

const clippers: Record<(typeof NAMES)[number], (gradients: Gradients, limit: number) => Gradients> =
  {
    clipValue: (gradients, limit) => gradients.map((g) => ops.clip(g, -limit, limit)),
    clipNorm: (gradients, limit) => gradients.map((g) => ops.mul(g, scaleTo(limit, norm(g)))),
    globalClipNorm: (gradients, limit) => {
      if (gradients.length === 0) return gradients
      const scale = scaleTo(limit, globalNorm(gradients))
      return gradients.map((g) => ops.mul(g, scale))
    },
  }

/** The clipping of an optimizer; at most one of the options may be set. */
export interface Clipping {
  clip(gradients: Gradients): Gradients
  readonly config: {
    clipValue: number | null
    clipNorm: number | null
    globalClipNorm: number | null
  }
}

export const clipping = (subject: string, options: ClipOptions): Clipping => {
  const set = NAMES.filter((name) => (options[name] ?? null) !== null)
  if (set.length > 1) {
    throw new GradloomError('argument', `${subject}: set only one of ${set.join(' and ')}.`, {
      subject,
    })
  }
  const config = { clipValue: null, clipNorm: null, globalClipNorm: null }
  const name = set[0]
  if (!name) return { clip: (gradients) => gradients, config }
  const limit = positive(subject, name, options[name] as number)
  return {
    clip: (gradients) => clippers[name](gradients, limit),
    config: { ...config, [name]: limit },
  }
}
