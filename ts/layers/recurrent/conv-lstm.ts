// The layer of convolutional LSTM cells over time; the formulas are in `conv-lstm-cell.ts`.

import { ConvLstmCell, type ConvLstmCellOptions } from './conv-lstm-cell.ts'
import { cellOptions, Rnn, type RnnOptions, type RnnOut } from './rnn.ts'

export interface ConvLstmOptions extends ConvLstmCellOptions, RnnOptions {}

/**
 * A convolutional LSTM over images: x: [B, T, H, W, C] → [B, H', W', filters], or
 * [B, T, H', W', filters] with `returnSequences`.
 */
export const convLSTM2D = <const O extends ConvLstmOptions>(options: O): Rnn<RnnOut<O>> =>
  new Rnn('convLSTM2D', new ConvLstmCell(cellOptions(options)), options)
