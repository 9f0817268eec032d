// The layer of simple cells over time; the formula is in `simple-rnn-cell.ts`.

import type { InputOf, Recurs, Shaped } from '../shape-rules.ts'
import { cellOptions, Rnn, type RnnOptions, type RnnOut } from './rnn.ts'
import { SimpleRnnCell, type SimpleRnnCellOptions } from './simple-rnn-cell.ts'

export interface SimpleRnnOptions extends SimpleRnnCellOptions, RnnOptions {}

/**
 * A simple recurrent layer: x: [B, T, inputs] → [B, units], or [B, T, units] with
 * `returnSequences`. First states may follow x in a list. As one op where `activation` is tanh.
 */
export const simpleRNN = <const O extends SimpleRnnOptions>(
  options: O,
): Shaped<Rnn<RnnOut<O>>, Recurs<'simpleRNN', O>, InputOf<O>> =>
  new Rnn('simpleRNN', new SimpleRnnCell(cellOptions(options)), options)
