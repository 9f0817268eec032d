// What SimpleRNN, GRU and LSTM cells have in common: options, weights, dropout masks, and the call
// of the core's op that runs all steps at once. The formulas of a step are not here.

import type { ActivationFunction } from '../../activations/activations.ts'
import { type ActivationSpec, activationName, activationOf } from '../../activations/registry.ts'
import { belowOne, flag, positiveWhole } from '../../checks.ts'
import { dropout } from '../../composites/common.ts'
import { sliceAxis, stack } from '../../composites/shape.ts'
import type { SymbolicTensor } from '../../graph.ts'
import type { InitializerSpec } from '../../initializers/registry.ts'
import * as ops from '../../ops.ts'
import type { BatchShape, Shape } from '../../shape.ts'
import type { Variable } from '../../variable.ts'
import { built, expectLastAxis, lastAxis, subjectOf } from '../expect.ts'
import type { Config, LayerOptions, Pass } from '../layer.ts'
import { type WeightSpecOptions, WeightSpecs } from '../weight-specs.ts'
import { type Ran, RnnCell, type Sequence, type Step } from './rnn-cell.ts'

/**
 * By default the kernel begins `'glorotUniform'`, the recurrent kernel `'orthogonal'`, the bias
 * `'zeros'`.
 */
export interface BasicCellOptions
  extends LayerOptions,
    WeightSpecOptions<'kernel' | 'recurrent' | 'bias'> {
  /** Size of the output and of each state. */
  units: number
  /** Default `'tanh'`. */
  activation?: ActivationSpec | null
  /** Whether a bias is added. Default true. */
  useBias?: boolean
  /** Part of the inputs that is dropped while training, the same at all steps. Default 0. */
  dropout?: number
  /** Part of the state h that the recurrent kernel does not see while training. Default 0. */
  recurrentDropout?: number
}

/** Weights of one pass, and what is dropped in one sequence. */
export interface Parts {
  readonly kernel: SymbolicTensor
  readonly recurrent: SymbolicTensor
  readonly bias: SymbolicTensor | undefined
  /** [B, ..., inputs] */
  readonly dropIn: SymbolicTensor | undefined
  /** [B, ..., U] */
  readonly dropState: SymbolicTensor | undefined
}

/** x ⊙ mask, where there is one. */
export const masked = (x: SymbolicTensor, mask: SymbolicTensor | undefined): SymbolicTensor =>
  (mask && ops.mul(x, mask)) ?? x

/** x + bias, where there is one. */
export const biased = (x: SymbolicTensor, bias: SymbolicTensor | undefined): SymbolicTensor =>
  (bias && ops.add(x, bias)) ?? x

export abstract class BasicCell extends RnnCell {
  declare readonly type: string
  readonly units: number
  readonly activation: ActivationSpec
  readonly useBias: boolean
  readonly dropout: number
  readonly recurrentDropout: number
  protected readonly activate: ActivationFunction
  readonly #options: BasicCellOptions
  /** Number of the cell in the core's op. */
  protected abstract readonly kind: number
  protected abstract readonly gates: number
  protected readonly weights: WeightSpecs<'kernel' | 'recurrent' | 'bias'>
  #kernel: Variable | undefined
  #recurrent: Variable | undefined
  #bias: Variable | undefined

  constructor(type: string, options: BasicCellOptions) {
    super(options, type)
    this.#options = options
    const subject = subjectOf(this)
    this.units = positiveWhole(subject, 'units', options.units)
    this.useBias = flag(subject, 'useBias', options.useBias ?? true)
    this.dropout = belowOne(subject, 'dropout', options.dropout ?? 0)
    const rate = options.recurrentDropout ?? 0
    this.recurrentDropout = belowOne(subject, 'recurrentDropout', rate)
    this.activation = options.activation === undefined ? 'tanh' : (options.activation ?? 'linear')
    this.activate = activationOf(this.activation, subject)
    const usual = { kernel: 'glorotUniform', recurrent: 'orthogonal', bias: 'zeros' } as const
    this.weights = new WeightSpecs(subject, options, usual)
  }

  get stateShapes(): readonly Shape[] {
    return [[this.units]]
  }

  /** Shape of the bias. */
  protected get biasShape(): Shape {
    return [this.gates * this.units]
  }

  protected get biasInitializer(): InitializerSpec {
    return this.weights.of('bias').initializer
  }

  /** For inputs [null, ..., inputs] of one step. */
  protected kernelShapes(x: BatchShape): { readonly kernel: Shape; readonly recurrent: Shape } {
    const columns = this.gates * this.units
    return { kernel: [lastAxis(this, x), columns], recurrent: [this.units, columns] }
  }

  override build([x]: readonly BatchShape[]): void {
    const shapes = this.kernelShapes(x as BatchShape)
    this.#kernel = this.addWeight({
      name: 'kernel',
      shape: shapes.kernel,
      ...this.weights.of('kernel'),
    })
    this.#recurrent = this.addWeight({
      name: 'recurrentKernel',
      shape: shapes.recurrent,
      ...this.weights.of('recurrent'),
    })
    if (!this.useBias) return
    this.#bias = this.addWeight({
      name: 'bias',
      shape: this.biasShape,
      ...this.weights.of('bias'),
      initializer: this.biasInitializer,
    })
  }

  override copy(): this {
    return new (this.constructor as new (options: BasicCellOptions) => this)(this.#options)
  }

  /** The draws of a sequence; shape: that of x at one step. */
  protected parts({ graph }: SymbolicTensor, shape: Shape, pass: Pass): Parts {
    const kernel = built(this, this.#kernel)
    expectLastAxis(this, kernel.shape.at(-2) as number, shape)
    const drawn = (rate: number, sizes: Shape) => {
      if (!pass.training || rate === 0) return undefined
      return dropout(graph.fill(1, sizes), rate, { rng: pass.rng, stream: pass.stream(this) })
    }
    const state = [shape[0] as number, ...(this.stateShapes[0] as Shape)]
    return {
      kernel: pass.read(kernel),
      recurrent: pass.read(built(this, this.#recurrent)),
      bias: this.#bias && pass.read(this.#bias),
      dropIn: drawn(this.dropout, shape),
      dropState: drawn(this.recurrentDropout, state),
    }
  }

  override begin(x: SymbolicTensor, pass: Pass): Step {
    return this.step(this.parts(x, x.shape, pass))
  }

  protected abstract step(parts: Parts): Step

  call(xs: readonly SymbolicTensor[], pass: Pass): readonly SymbolicTensor[] {
    const [x, ...given] = xs as readonly [SymbolicTensor]
    const { output, states } = this.begin(x, pass)(x, given)
    return [output, ...states]
  }

  /** Whether the core's op computes this cell. */
  protected get fused(): boolean {
    return this.activation === 'tanh'
  }

  /** Bias of x·kernel and bias of h·recurrent, as the op takes them. */
  protected biases(bias: SymbolicTensor | undefined): readonly (SymbolicTensor | undefined)[] {
    return [undefined, bias]
  }

  override run({ x, states, mask, ends }: Sequence, pass: Pass): Ran | undefined {
    if (!this.fused || x.shape.length !== 3) return undefined
    const { graph } = x
    const [batch, steps, size] = x.shape as [number, number, number]
    const { kernel, recurrent, bias, dropIn, dropState } = this.parts(x, [batch, size], pass)
    const [ofX, ofH] = this.biases(bias)
    const kept = dropIn && ops.reshape(dropIn, [batch, 1, size])
    const inputs = [
      biased(ops.matmul(masked(x, kept), kernel), ofX),
      recurrent,
      ofH ?? graph.fill(0, [this.gates * this.units]),
      states ? stack(states, 1) : graph.fill(0, [batch, this.stateShapes.length, this.units]),
      mask ?? graph.fill(1, [batch, steps]),
      dropState ?? graph.fill(1, [batch, this.units]),
    ]
    const y = ops.recurrent([...inputs, ops.recurrentTape(inputs, this.kind)], this.kind, ends)
    const line = (at: number) => ops.reshape(sliceAxis(y, 1, at, at + 1), [batch, this.units])
    return {
      outputs: sliceAxis(y, 1, 0, ends),
      states: this.stateShapes.map((_, i) => line(ends - 1 + i)),
    }
  }

  config(): Config {
    const rates = {
      ...(this.dropout > 0 ? { dropout: this.dropout } : {}),
      ...(this.recurrentDropout > 0 ? { recurrentDropout: this.recurrentDropout } : {}),
    }
    return {
      units: this.units,
      activation: activationName(this.activation, subjectOf(this)),
      useBias: this.useBias,
      ...rates,
      ...this.weights.config(),
    }
  }
}
