// The cell of a gated recurrent unit (Cho et al. 2014), gates in Keras's order z, r, h:
// h' = z ⊙ h + (1 − z) ⊙ activation(…), the reset gate r after the product with h or before it.

import { flag } from '../../checks.ts'
import { sliceAxis } from '../../composites/shape.ts'
import type { SymbolicTensor } from '../../graph.ts'
import * as ops from '../../ops.ts'
import type { Shape } from '../../shape.ts'
import { subjectOf } from '../expect.ts'
import type { Config } from '../layer.ts'
import { biased, masked, type Parts } from './basic-cell.ts'
import { GatedCell, type GatedCellOptions } from './gated-cell.ts'
import type { Step } from './rnn-cell.ts'

export interface GruCellOptions extends GatedCellOptions {
  /**
   * Applies the reset gate after the product with the recurrent kernel, as cuDNN does; there are
   * two biases then. Default true.
   */
  resetAfter?: boolean
}

export class GruCell extends GatedCell {
  readonly resetAfter: boolean
  protected readonly kind = 1
  protected readonly gates = 3

  constructor(options: GruCellOptions) {
    super('gruCell', options)
    this.resetAfter = flag(subjectOf(this), 'resetAfter', options.resetAfter ?? true)
  }

  protected override get biasShape(): Shape {
    return this.resetAfter ? [2, ...super.biasShape] : super.biasShape
  }

  protected override get fused(): boolean {
    return super.fused && this.resetAfter
  }

  protected override biases(bias: SymbolicTensor | undefined) {
    if (!bias || !this.resetAfter) return [bias, undefined]
    return [0, 1].map((i) => ops.reshape(sliceAxis(bias, 0, i, i + 1), super.biasShape))
  }

  protected step({ kernel, recurrent, bias, dropIn, dropState }: Parts): Step {
    const [ofX, ofH] = this.biases(bias)
    const [gates, last] = [this.part(recurrent, 0, 2), this.part(recurrent, 2)]
    return (x, states) => {
      const h = states[0] as typeof x
      const seen = masked(h, dropState)
      const xs = biased(ops.matmul(masked(x, dropIn), kernel), ofX)
      const all = this.resetAfter
        ? biased(ops.matmul(seen, recurrent), ofH)
        : ops.matmul(seen, gates)
      const [z, r] = [0, 1].map((i) => this.gate(ops.add(this.part(xs, i), this.part(all, i)))) as [
        typeof x,
        typeof x,
      ]
      const reset = this.resetAfter
        ? ops.mul(r, this.part(all, 2))
        : ops.matmul(ops.mul(r, seen), last)
      const candidate = this.activate(ops.add(this.part(xs, 2), reset))
      const output = ops.mulAdd(z, ops.sub(h, candidate), candidate)
      return { output, states: [output] }
    }
  }

  override config(): Config {
    return { ...super.config(), resetAfter: this.resetAfter }
  }
}

/** One step of `gru`, for `rnn`. */
export const gruCell = (options: GruCellOptions): GruCell => new GruCell(options)
