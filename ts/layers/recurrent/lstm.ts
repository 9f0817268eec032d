// The layer of Lstm cells over time; the formulas are in `lstm-cell.ts`.

import type { InputOf, Recurs, Shaped } from '../shape-rules.ts'
import { LstmCell, type LstmCellOptions } from './lstm-cell.ts'
import { cellOptions, Rnn, type RnnOptions, type RnnOut } from './rnn.ts'

export interface LstmOptions extends LstmCellOptions, RnnOptions {}

/**
 * Long short-term memory: x: [B, T, inputs] → [B, units], or [B, T, units] with `returnSequences`.
 * First states may follow x in a list. As one op where `activation` is tanh and
 * `recurrentActivation` sigmoid.
 */
export const lstm = <const O extends LstmOptions>(
  options: O,
): Shaped<Rnn<RnnOut<O>>, Recurs<'lstm', O>, InputOf<O>> =>
  new Rnn('lstm', new LstmCell(cellOptions(options)), options)
