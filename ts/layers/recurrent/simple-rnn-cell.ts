// The cell of a simple recurrent layer: h' = activation(x·kernel + h·recurrentKernel + bias).

import * as ops from '../../ops.ts'
import { BasicCell, type BasicCellOptions, biased, masked, type Parts } from './basic-cell.ts'
import type { Step } from './rnn-cell.ts'

export type SimpleRnnCellOptions = BasicCellOptions

export class SimpleRnnCell extends BasicCell {
  protected readonly kind = 0
  protected readonly gates = 1

  constructor(options: SimpleRnnCellOptions) {
    super('simpleRNNCell', options)
  }

  protected step({ kernel, recurrent, bias, dropIn, dropState }: Parts): Step {
    return (x, [h]) => {
      const ofX = biased(ops.matmul(masked(x, dropIn), kernel), bias)
      const seen = masked(h as typeof x, dropState)
      const output = this.activate(ops.add(ofX, ops.matmul(seen, recurrent)))
      return { output, states: [output] }
    }
  }
}

/** One step of `simpleRNN`, for `rnn`. */
export const simpleRNNCell = (options: SimpleRnnCellOptions): SimpleRnnCell =>
  new SimpleRnnCell(options)
