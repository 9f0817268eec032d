// What GRU and LSTM cells have in common beside all others: the activation of the gates.

import type { ActivationFunction } from '../../activations/activations.ts'
import { type ActivationSpec, activationName, activationOf } from '../../activations/registry.ts'
import { sliceAxis } from '../../composites/shape.ts'
import type { SymbolicTensor } from '../../graph.ts'
import { subjectOf } from '../expect.ts'
import type { Config } from '../layer.ts'
import { BasicCell, type BasicCellOptions } from './basic-cell.ts'

export interface GatedCellOptions extends BasicCellOptions {
  /** Default `'sigmoid'`. */
  recurrentActivation?: ActivationSpec | null
}

export abstract class GatedCell extends BasicCell {
  readonly recurrentActivation: ActivationSpec
  protected readonly gate: ActivationFunction

  constructor(type: string, options: GatedCellOptions) {
    super(type, options)
    const given = options.recurrentActivation
    this.recurrentActivation = given === undefined ? 'sigmoid' : (given ?? 'linear')
    this.gate = activationOf(this.recurrentActivation, subjectOf(this), 'recurrentActivation')
  }

  protected override get fused(): boolean {
    return super.fused && this.recurrentActivation === 'sigmoid'
  }

  /** Gates `from` to `to` of the last axis. */
  protected part(x: SymbolicTensor, from: number, to = from + 1): SymbolicTensor {
    return sliceAxis(x, x.shape.length - 1, from * this.units, to * this.units)
  }

  override config(): Config {
    const recurrentActivation = activationName(this.recurrentActivation, subjectOf(this))
    return { ...super.config(), recurrentActivation }
  }
}
