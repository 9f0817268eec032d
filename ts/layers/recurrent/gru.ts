// The layer of Gru cells over time; the formulas are in `gru-cell.ts`.

import type { InputOf, Recurs, Shaped } from '../shape-rules.ts'
import { GruCell, type GruCellOptions } from './gru-cell.ts'
import { cellOptions, Rnn, type RnnOptions, type RnnOut } from './rnn.ts'

export interface GruOptions extends GruCellOptions, RnnOptions {}

/**
 * A gated recurrent unit: x: [B, T, inputs] → [B, units], or [B, T, units] with `returnSequences`.
 * First states may follow x in a list. As one op where `activation` is tanh and
 * `recurrentActivation` sigmoid.
 */
export const gru = <const O extends GruOptions>(
  options: O,
): Shaped<Rnn<RnnOut<O>>, Recurs<'gru', O>, InputOf<O>> =>
  new Rnn('gru', new GruCell(cellOptions(options)), options)
