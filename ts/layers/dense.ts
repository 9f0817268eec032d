// The fully connected layer: y = activation(x·kernel + bias), on the last axis.

import type { ActivationFunction } from '../activations/activations.ts'
import { type ActivationSpec, activationName, activationOf } from '../activations/registry.ts'
import { flag, positiveWhole } from '../checks.ts'
import { type ConstraintSpec, constraintConfig, constraintOf } from '../constraints/registry.ts'
import type { SymbolicTensor } from '../graph.ts'
import { type InitializerSpec, initializeOf, initializerConfig } from '../initializers/registry.ts'
import * as ops from '../ops.ts'
import { type RegularizerSpec, regularizerConfig, regularizerOf } from '../regularizers/registry.ts'
import type { BatchShape } from '../shape.ts'
import type { Variable } from '../variable.ts'
import { built, expectLastAxis, lastAxis, subjectOf } from './expect.ts'
import { Layer, type LayerOptions, type Pass } from './layer.ts'

export interface DenseOptions extends LayerOptions {
  /** Size of the output's last axis. */
  units: number
  /** Default `'linear'`. */
  activation?: ActivationSpec | null
  /** Whether a bias is added. Default true. */
  useBias?: boolean
  /** Default `'glorotUniform'`. */
  kernelInitializer?: InitializerSpec | null
  /** Default `'zeros'`. */
  biasInitializer?: InitializerSpec | null
  /** Adds to the loss, by the size of the kernel. Default none. */
  kernelRegularizer?: RegularizerSpec
  biasRegularizer?: RegularizerSpec
  /** Changes the kernel after each update. Default none. */
  kernelConstraint?: ConstraintSpec
  biasConstraint?: ConstraintSpec
}

export class Dense extends Layer {
  readonly type = 'dense'
  readonly units: number
  readonly activation: ActivationSpec
  readonly useBias: boolean
  readonly kernelInitializer: InitializerSpec
  readonly biasInitializer: InitializerSpec
  readonly kernelRegularizer: RegularizerSpec
  readonly biasRegularizer: RegularizerSpec
  readonly kernelConstraint: ConstraintSpec
  readonly biasConstraint: ConstraintSpec
  override readonly supportsMasking = true
  readonly #activate: ActivationFunction
  #kernel: Variable | undefined
  #bias: Variable | undefined

  constructor(options: DenseOptions) {
    super(options)
    const subject = subjectOf(this)
    this.units = positiveWhole(subject, 'units', options.units)
    this.useBias = flag(subject, 'useBias', options.useBias ?? true)
    this.activation = options.activation ?? 'linear'
    this.#activate = activationOf(this.activation)
    this.kernelInitializer = options.kernelInitializer ?? 'glorotUniform'
    this.biasInitializer = options.biasInitializer ?? 'zeros'
    initializeOf(this.kernelInitializer)
    initializeOf(this.biasInitializer)
    this.kernelRegularizer = options.kernelRegularizer ?? null
    this.biasRegularizer = options.biasRegularizer ?? null
    this.kernelConstraint = options.kernelConstraint ?? null
    this.biasConstraint = options.biasConstraint ?? null
    regularizerOf(this.kernelRegularizer)
    regularizerOf(this.biasRegularizer)
    constraintOf(this.kernelConstraint)
    constraintOf(this.biasConstraint)
  }

  override build(inputShape: BatchShape): void {
    const inputs = lastAxis(this, inputShape)
    this.#kernel = this.addWeight({
      name: 'kernel',
      shape: [inputs, this.units],
      initializer: this.kernelInitializer,
      regularizer: this.kernelRegularizer,
      constraint: this.kernelConstraint,
    })
    if (!this.useBias) return
    this.#bias = this.addWeight({
      name: 'bias',
      shape: [this.units],
      initializer: this.biasInitializer,
      regularizer: this.biasRegularizer,
      constraint: this.biasConstraint,
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
      kernelInitializer: initializerConfig(this.kernelInitializer),
      biasInitializer: initializerConfig(this.biasInitializer),
      kernelRegularizer: regularizerConfig(this.kernelRegularizer),
      biasRegularizer: regularizerConfig(this.biasRegularizer),
      kernelConstraint: constraintConfig(this.kernelConstraint),
      biasConstraint: constraintConfig(this.biasConstraint),
    }
  }
}

/** Fully connected: x: [B, ..., inputs] → activation(x·kernel + bias): [B, ..., units]. */
export const dense = (options: DenseOptions): Dense => new Dense(options)
