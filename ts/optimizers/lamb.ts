// LAMB (You et al. 2019): Adam whose steps are as long, for each weight, as the weight is, for very
// large batches.

import { norm } from '../composites/common.ts'
import type { SymbolicTensor } from '../graph.ts'
import * as ops from '../ops.ts'
import type { Variable } from '../variable.ts'
import { Moments, type MomentsOptions } from './moments.ts'
import type { Update } from './optimizer.ts'

export type LambOptions = MomentsOptions

export class Lamb extends Moments {
  readonly type = 'lamb'
  override readonly rowWise = false

  constructor(options: LambOptions = {}) {
    super('lamb', options)
  }

  /** u = m̂ / (√v̂ + ε); w ← w − η·|w| / |u|·u, the ratio 1 where one of both is 0 */
  protected step(update: Update, slots: readonly Variable[]): SymbolicTensor {
    const { graph, weight } = update
    const [m, v] = this.moments(update, slots)
    const [first, second] = this.corrections.of(graph)
    const u = ops.divSqrt(ops.div(m, first), ops.div(v, second), this.epsilon)
    const [ofWeight, ofStep] = [norm(weight), norm(u)]
    const both = ops.mul(ops.less(0, ofWeight), ops.less(0, ofStep))
    return this.stepped(update, ops.mul(u, ops.where(both, ops.div(ofWeight, ofStep), 1)))
  }
}

/** Adam with steps in proportion to the weights. */
export const lamb = (options: LambOptions = {}): Lamb => new Lamb(options)
