// The fully connected layer: y = activation(x·kernel + bias), on the last axis.

import type { ActivationFunction } from '../activations/activations.ts'
import { type ActivationSpec, activationName, activationOf } from '../activations/registry.ts'
import { flag, positiveWhole } from '../checks.ts'
import type { SymbolicTensor } from '../graph.ts'
import * as ops from '../ops.ts'
import type { BatchShape, Shape } from '../shape.ts'
import type { Variable } from '../variable.ts'
import { built, expectLastAxis, lastAxis, subjectOf } from './expect.ts'
import { Layer, type LayerOptions, type Pass } from './layer.ts'
import type { Given, Projects, Shaped } from './shape-rules.ts'
import { type WeightSpecOptions, WeightSpecs } from './weight-specs.ts'

/** By default the kernel begins `'glorotUniform'` and the bias `'zeros'`. */
export interface DenseOptions extends LayerOptions, WeightSpecOptions<'kernel' | 'bias'> {
  /** Size of the output's last axis. */
  units: number
  /** Default `'linear'`. */
  activation?: ActivationSpec | null
  /** Whether a bias is added. Default true. */
  useBias?: boolean
}

export class Dense extends Layer {
  declare readonly type: 'dense'
  readonly units: number
  readonly activation: ActivationSpec
  readonly useBias: boolean
  override readonly supportsMasking = true
  readonly #activate: ActivationFunction
  readonly #weights: WeightSpecs<'kernel' | 'bias'>
  #kernel: Variable | undefined
  #bias: Variable | undefined

  constructor(options: DenseOptions) {
    super(options, 'dense')
    const subject = subjectOf(this)
    this.units = positiveWhole(subject, 'units', options.units)
    this.useBias = flag(subject, 'useBias', options.useBias ?? true)
    this.activation = options.activation ?? 'linear'
    this.#activate = activationOf(this.activation, subject)
    const usual = { kernel: 'glorotUniform', bias: 'zeros' } as const
    this.#weights = new WeightSpecs(subject, options, usual)
  }

  override build(inputShape: BatchShape): void {
    const inputs = lastAxis(this, inputShape)
    this.#kernel = this.addWeight({
      name: 'kernel',
      shape: [inputs, this.units],
      ...this.#weights.of('kernel'),
    })
    if (!this.useBias) return
    this.#bias = this.addWeight({
      name: 'bias',
      shape: [this.units],
      ...this.#weights.of('bias'),
    })
  }

  /** x: [B, ..., inputs] → y: [B, ..., units] */
  call(x: SymbolicTensor, pass: Pass): SymbolicTensor {
    const kernel = built(this, this.#kernel)
    expectLastAxis(this, kernel.shape[0] as number, x.shape)
    const product = ops.matmul(x, pass.read(kernel))
    return this.#activate(this.#bias ? ops.add(product, pass.read(this.#bias)) : product)
  }

  config() {
    return {
      units: this.units,
      activation: activationName(this.activation, subjectOf(this)),
      useBias: this.useBias,
      ...this.#weights.config(),
    }
  }
}

/** Fully connected: x: [B, ..., inputs] → activation(x·kernel + bias): [B, ..., units]. */
export const dense = <const U extends number, const S extends Shape = Shape>(
  options: Given<DenseOptions, S> & { units: U },
): Shaped<Dense, Projects<U>, S> => new Dense(options)
