// The fully connected layer: y = activation(x·kernel + bias), on the last axis.

import type { ActivationFunction } from '../activations/activations.ts'
import { type ActivationSpec, activationName, activationOf } from '../activations/registry.ts'
import { flag, positiveWhole } from '../checks.ts'
import type { SymbolicTensor } from '../graph.ts'
import { type InitializerSpec, initializeOf, initializerConfig } from '../initializers/registry.ts'
import * as ops from '../ops.ts'
import type { BatchShape } from '../shape.ts'
import { Variable } from '../variable.ts'
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
}

export class Dense extends Layer {
  readonly type = 'dense'
  readonly units: number
  readonly activation: ActivationSpec
  readonly useBias: boolean
  readonly kernelInitializer: InitializerSpec
  readonly biasInitializer: InitializerSpec
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
  }

  override build(inputShape: BatchShape): void {
    const inputs = lastAxis(this, inputShape)
    this.#kernel = new Variable({
      name: 'kernel',
      shape: [inputs, this.units],
      initialize: initializeOf(this.kernelInitializer),
    })
    this.variables = [this.#kernel]
    if (!this.useBias) return
    this.#bias = new Variable({
      name: 'bias',
      shape: [this.units],
      initialize: initializeOf(this.biasInitializer),
    })
    this.variables = [this.#kernel, this.#bias]
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
    }
  }
}

/** Fully connected: x: [B, ..., inputs] → activation(x·kernel + bias): [B, ..., units]. */
export const dense = (options: DenseOptions): Dense => new Dense(options)
