// Spectral normalization (Miyato et al., 2018): a layer whose kernel is divided by its largest
// singular value, which power iterations follow while training.

import { badArgument, positiveWhole } from '../checks.ts'
import { norm } from '../composites/common.ts'
import type { SymbolicTensor } from '../graph.ts'
import * as ops from '../ops.ts'
import { type BatchShape, sizeOf } from '../shape.ts'
import type { Variable } from '../variable.ts'
import { built, shapeError, subjectOf } from './expect.ts'
import { type AnyLayer, Layer, type LayerOptions, type Pass } from './layer.ts'

export interface SpectralNormalizationOptions extends LayerOptions {
  /** A layer with a `kernel` or `embeddings`. */
  layer: AnyLayer
  /** Power iterations of a training step. Default 1. */
  powerIterations?: number
}

const unit = (x: SymbolicTensor): SymbolicTensor => ops.div(x, ops.add(norm(x), 1e-12))

export class SpectralNormalization extends Layer {
  declare readonly type: 'spectralNormalization'
  readonly layer: AnyLayer
  readonly powerIterations: number
  #kernel: Variable | undefined
  #u: Variable | undefined

  constructor(options: SpectralNormalizationOptions) {
    super(options, 'spectralNormalization')
    const { layer, powerIterations = 1 } = options
    const subject = subjectOf(this)
    if (!(layer instanceof Layer)) throw badArgument(subject, 'layer', layer, 'a layer')
    this.powerIterations = positiveWhole(subject, 'powerIterations', powerIterations)
    this.layer = layer
    this.sublayers = [layer]
  }

  override build(inputShape: BatchShape): void {
    if (!this.layer.built) this.layer.build(inputShape)
    this.layer.built = true
    const kernel = this.layer.variables.find((v) => v.name === 'kernel' || v.name === 'embeddings')
    if (!kernel) throw shapeError(this, `${this.layer.type} has no kernel to normalize.`)
    this.#kernel = kernel
    this.#u = this.addWeight({
      name: 'vectorU',
      shape: [1, kernel.shape.at(-1) as number],
      initializer: { type: 'truncatedNormal', config: { stddev: 0.02 } },
      trainable: false,
    })
  }

  /** x: [B, ...] → what the layer gives with kernel / σ: [B, ...] */
  call(x: SymbolicTensor, pass: Pass): SymbolicTensor {
    const kernel = built(this, this.#kernel)
    const divided = this.#divided(pass.read(kernel), pass)
    const read = (v: Variable) => (v === kernel ? divided : pass.read(v))
    // The prototype keeps getters such as `rng` lazy.
    return this.layer.apply(x, Object.assign(Object.create(pass), { read })) as SymbolicTensor
  }

  // σ = v·w·uᵀ with v = u·wᵀ and u = v·w, both of length 1 and taken as constants
  #divided(kernel: SymbolicTensor, pass: Pass): SymbolicTensor {
    const last = kernel.shape.at(-1) as number
    const w = ops.reshape(kernel, [sizeOf(kernel.shape) / last, last])
    const fixed = ops.stopGradient(w)
    const stored = built(this, this.#u)
    let u = pass.read(stored)
    let v = unit(ops.matmul(u, fixed, false, true))
    for (let i = 0; pass.training && i < this.powerIterations; i++) {
      if (i > 0) v = unit(ops.matmul(u, fixed, false, true))
      u = unit(ops.matmul(v, fixed))
    }
    if (pass.training) pass.assign(stored, u)
    const sigma = ops.matmul(ops.matmul(v, w), u, false, true)
    return ops.div(kernel, ops.reshape(sigma, []))
  }

  config() {
    const { layer, powerIterations } = this
    return { layer: { type: layer.type, config: layer.fullConfig() }, powerIterations }
  }
}

/** `layer` with its kernel divided by the kernel's largest singular value. */
export const spectralNormalization = (options: SpectralNormalizationOptions) =>
  new SpectralNormalization(options)
