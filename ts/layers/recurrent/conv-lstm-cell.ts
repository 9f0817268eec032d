// The cell of a convolutional LSTM (Shi et al. 2015): that of an LSTM with convolutions in place of
// the products. Channels are last.

import { badArgument, named, positiveWhole } from '../../checks.ts'
import { convolve } from '../../composites/convolution.ts'
import type { SymbolicTensor } from '../../graph.ts'
import { choose } from '../../names.ts'
import { type BatchShape, type Shape, showShape } from '../../shape.ts'
import { shapeError, subjectOf } from '../expect.ts'
import type { Config } from '../layer.ts'
import { LstmCell, type LstmCellOptions } from './lstm-cell.ts'

/** Options as those of `lstmCell`; numbers stand for both axes, or arrays for each. */
export interface ConvLstmCellOptions extends Omit<LstmCellOptions, 'units'> {
  /** Channels of the output and of each state. */
  filters: number
  /** Taps of both convolutions. */
  kernelSize: number | readonly number[]
  /** Of the input's convolution. Default 1. */
  strides?: number | readonly number[]
  /** Of the input's convolution. Default 1. */
  dilationRate?: number | readonly number[]
  /** Of the input's convolution; that of the state is `'same'`. Default `'valid'`. */
  padding?: 'valid' | 'same'
}

const ONES = [1, 1]

export class ConvLstmCell extends LstmCell {
  readonly kernelSize: readonly number[]
  readonly strides: readonly number[]
  readonly dilationRate: readonly number[]
  readonly padding: 'valid' | 'same'
  #spatial: Shape = []

  constructor(options: ConvLstmCellOptions) {
    const subject = options.name ? `convLSTM2D "${options.name}"` : 'convLSTM2D'
    const units = positiveWhole(subject, 'filters', options.filters)
    super({ ...options, units }, 'convLSTM2DCell')
    const { padding = 'valid' } = options
    this.kernelSize = this.#both('kernelSize', options.kernelSize)
    this.strides = this.#both('strides', options.strides ?? 1)
    this.dilationRate = this.#both('dilationRate', options.dilationRate ?? 1)
    const known = { valid: 0, same: 0 }
    named(subjectOf(this), 'padding', () => choose('padding', padding, known))
    this.padding = padding
  }

  #both(option: string, given: number | readonly number[]): readonly number[] {
    const all = typeof given === 'number' ? [given, given] : given
    const fits = Array.isArray(all) && all.every((n) => Number.isInteger(n) && n > 0)
    if (fits && all.length === 2) return [...all]
    const wanted = 'a positive whole number or an array of two'
    throw badArgument(subjectOf(this), option, given, wanted)
  }

  override get stateShapes(): readonly Shape[] {
    const shape = [...this.#spatial, this.units]
    return [shape, shape]
  }

  protected override kernelShapes(x: BatchShape) {
    if (x.length !== 4) {
      const given = showShape(x)
      throw shapeError(
        this,
        `expected steps of shape [batch, height, width, channels], not ${given}.`,
      )
    }
    this.#spatial = this.kernelSize.map((taps, i) => this.#size(x[i + 1] as number, taps, i))
    if (this.#spatial.some((size) => size < 1)) {
      throw shapeError(this, `a window does not fit into ${showShape(x)}; take padding: 'same'.`)
    }
    const columns = this.gates * this.units
    return {
      kernel: [...this.kernelSize, x[3] as number, columns],
      recurrent: [...this.kernelSize, this.units, columns],
    }
  }

  /** Of the output along one axis. */
  #size(size: number, taps: number, axis: number): number {
    const stride = this.strides[axis] as number
    const extent = (taps - 1) * (this.dilationRate[axis] as number) + 1
    return this.padding === 'same'
      ? Math.ceil(size / stride)
      : Math.floor((size - extent) / stride) + 1
  }

  protected override get fused(): boolean {
    return false
  }

  protected override ofInput(x: SymbolicTensor, kernel: SymbolicTensor): SymbolicTensor {
    const { strides, dilationRate, padding } = this
    return convolve(x, kernel, { strides, dilationRate, padding })
  }

  protected override ofState(h: SymbolicTensor, recurrent: SymbolicTensor): SymbolicTensor {
    return convolve(h, recurrent, { strides: ONES, dilationRate: ONES, padding: 'same' })
  }

  override config(): Config {
    const { units, ...others } = super.config()
    const { kernelSize, strides, dilationRate, padding } = this
    return { filters: units as number, kernelSize, strides, dilationRate, padding, ...others }
  }
}
