// The cell of an LSTM (Hochreiter & Schmidhuber 1997), gates in Keras's order i, f, c, o:
// c' = f ⊙ c + i ⊙ activation(…), h' = o ⊙ activation(c').

import { flag } from '../../checks.ts'
import { concatenate } from '../../composites/shape.ts'
import type { SymbolicTensor } from '../../graph.ts'
import { type InitializerSpec, initializeOf } from '../../initializers/registry.ts'
import * as ops from '../../ops.ts'
import type { Shape } from '../../shape.ts'
import type { Initialize } from '../../variable.ts'
import { subjectOf } from '../expect.ts'
import type { Config } from '../layer.ts'
import { biased, masked, type Parts } from './basic-cell.ts'
import { GatedCell, type GatedCellOptions } from './gated-cell.ts'
import type { Step } from './rnn-cell.ts'

export interface LstmCellOptions extends GatedCellOptions {
  /** Adds 1 to the first bias of the forget gate (Jozefowicz et al. 2015). Default true. */
  unitForgetBias?: boolean
}

export class LstmCell extends GatedCell {
  readonly unitForgetBias: boolean
  protected readonly kind = 2
  protected readonly gates = 4

  constructor(options: LstmCellOptions, type = 'lstmCell') {
    super(type, options)
    this.unitForgetBias = flag(subjectOf(this), 'unitForgetBias', options.unitForgetBias ?? true)
  }

  override get stateShapes(): readonly Shape[] {
    return [[this.units], [this.units]]
  }

  /** As given, but ones for the forget gate. */
  protected override get biasInitializer(): InitializerSpec {
    const given = super.biasInitializer
    if (!this.unitForgetBias) return given
    const { units } = this
    const initialize: Initialize = (_, draw) => {
      const drawn = initializeOf(given)([3 * units], draw)
      const [first, rest] = [this.part(drawn, 0), this.part(drawn, 1, 3)]
      return concatenate([first, draw.graph.fill(1, [units]), rest])
    }
    return initialize
  }

  protected ofInput(x: SymbolicTensor, kernel: SymbolicTensor): SymbolicTensor {
    return ops.matmul(x, kernel)
  }

  protected ofState(h: SymbolicTensor, recurrent: SymbolicTensor): SymbolicTensor {
    return ops.matmul(h, recurrent)
  }

  protected step({ kernel, recurrent, bias, dropIn, dropState }: Parts): Step {
    return (x, states) => {
      const [h, c] = states as [typeof x, typeof x]
      const ofX = biased(this.ofInput(masked(x, dropIn), kernel), bias)
      const z = ops.add(ofX, this.ofState(masked(h, dropState), recurrent))
      const [i, f, o] = [0, 1, 3].map((gate) => this.gate(this.part(z, gate))) as [
        typeof x,
        typeof x,
        typeof x,
      ]
      const added = ops.mul(i, this.activate(this.part(z, 2)))
      const next = ops.mulAdd(f, c, added)
      const output = ops.mul(o, this.activate(next))
      return { output, states: [output, next] }
    }
  }

  override config(): Config {
    return { ...super.config(), unitForgetBias: this.unitForgetBias }
  }
}

/** One step of `lstm`, for `rnn`. */
export const lstmCell = (options: LstmCellOptions): LstmCell => new LstmCell(options)
