// Every layer, for `layers.…`: one export line each. The names of the factories are those of saved
// files.

export { type Activation, type ActivationOptions, activation } from './activation.ts'
export { type Bidirectional, type BidirectionalOptions, bidirectional } from './bidirectional.ts'
export { type Dense, type DenseOptions, dense } from './dense.ts'
export { type Dropout, type DropoutOptions, dropout } from './dropout.ts'
export { type Embedding, type EmbeddingOptions, embedding } from './embedding.ts'
export { type Flatten, type FlattenOptions, flatten } from './flatten.ts'
export { type GruOptions, gru } from './gru.ts'
export { type GruCell, type GruCellOptions, gruCell } from './gru-cell.ts'
export { type Input, type InputOptions, input } from './input.ts'
export { type LstmOptions, lstm } from './lstm.ts'
export { type LstmCell, type LstmCellOptions, lstmCell } from './lstm-cell.ts'
export { type Masking, type MaskingOptions, masking } from './masking.ts'
export { type Normalization, type NormalizationOptions, normalization } from './normalization.ts'
export { type Rescaling, type RescalingOptions, rescaling } from './rescaling.ts'
export { type Reshape, type ReshapeOptions, reshape } from './reshape.ts'
export { type Rnn, type RnnLayerOptions, type RnnOptions, rnn } from './rnn.ts'
export { type SimpleRnnOptions, simpleRNN } from './simple-rnn.ts'
export {
  type SimpleRnnCell,
  type SimpleRnnCellOptions,
  simpleRNNCell,
} from './simple-rnn-cell.ts'
export {
  type StackedRnnCells,
  type StackedRnnCellsOptions,
  stackedRNNCells,
} from './stacked-rnn-cells.ts'
export {
  type TimeDistributed,
  type TimeDistributedOptions,
  timeDistributed,
} from './time-distributed.ts'
