// What the normalizing layers share: rows of any axes, and the scale gamma and offset beta that
// follow. No layer of its own.

import { flag, positive } from '../checks.ts'
import type { SymbolicTensor } from '../graph.ts'
import * as ops from '../ops.ts'
import { type BatchShape, type Shape, sizeOf } from '../shape.ts'
import type { Variable } from '../variable.ts'
import { type Axis, checkedAxis, expectShape, keptAxes, shapeError, subjectOf } from './expect.ts'
import { type Config, Layer, type LayerOptions, type Pass } from './layer.ts'
import { type WeightSpecOptions, WeightSpecs } from './weight-specs.ts'

/** By default gamma begins `'ones'` and beta `'zeros'`. */
export interface NormalizingOptions extends LayerOptions, WeightSpecOptions<'gamma' | 'beta'> {
  /** Added to the variance. Default 0.001. */
  epsilon?: number
  /** Whether beta is added. Default true. */
  center?: boolean
  /** Whether the result is multiplied by gamma. Default true. */
  scale?: boolean
}

/** `axes` (rising, not 0) moved to the end, `call`ed as rows, and moved back. */
export const byRows = (
  x: SymbolicTensor,
  axes: readonly number[],
  call: (rows: SymbolicTensor) => SymbolicTensor,
): SymbolicTensor => {
  const { shape } = x
  if (axes.length === 1 && axes[0] === shape.length - 1) return call(x)
  const others = shape.map((_, i) => i).filter((i) => !axes.includes(i))
  const order = [...others, ...axes]
  const moved = ops.transpose(x, order)
  const rows = sizeOf(others.map((i) => shape[i] as number))
  const y = call(ops.reshape(moved, [rows, sizeOf(shape) / (rows || 1)]))
  return ops.transpose(
    ops.reshape(y, moved.shape),
    shape.map((_, i) => order.indexOf(i)),
  )
}

/** The sizes of `axes`, and 1 for axes between and behind them: broadcasts to `shape`. */
export const alongAxes = (shape: Shape, axes: readonly number[]): number[] =>
  shape.map((d, i) => (axes.includes(i) ? d : 1)).slice(Math.min(...axes))

/** A weight that lies along `axes` of x. */
export const along = (
  weight: SymbolicTensor,
  x: SymbolicTensor,
  axes: readonly number[],
): SymbolicTensor => ops.reshape(weight, alongAxes(x.shape, axes))

/** The `axis` option without `null`. */
export const someAxes = (subject: string, axis: Axis | undefined): number | readonly number[] =>
  checkedAxis(subject, axis ?? -1) as number | readonly number[]

/** The axes of the input and their sizes. */
export const axesOfBuild = (layer: Layer, axis: Axis, inputShape: BatchShape) => {
  const axes = keptAxes(layer, axis, inputShape.length)
  if (axes.length === 0) throw shapeError(layer, 'axis must name an axis at least.')
  return { axes, sizes: axes.map((a) => inputShape[a] as number) }
}

export abstract class Normalizing extends Layer {
  override readonly supportsMasking = true
  readonly epsilon: number
  readonly center: boolean
  readonly scale: boolean
  readonly #weights: WeightSpecs<'gamma' | 'beta'>
  #built: BatchShape = []
  #gamma: Variable | undefined
  #beta: Variable | undefined

  constructor(options: NormalizingOptions, type: string) {
    super(options, type)
    const subject = subjectOf(this)
    this.epsilon = positive(subject, 'epsilon', options.epsilon ?? 1e-3)
    this.center = flag(subject, 'center', options.center ?? true)
    this.scale = flag(subject, 'scale', options.scale ?? true)
    this.#weights = new WeightSpecs(subject, options, { gamma: 'ones', beta: 'zeros' })
  }

  /** Makes gamma and beta. */
  protected addScale(inputShape: BatchShape, shape: Shape): void {
    this.#built = inputShape
    const make = (name: 'gamma' | 'beta') =>
      this.addWeight({ name, shape, ...this.#weights.of(name) })
    this.#gamma = this.scale ? make('gamma') : undefined
    this.#beta = this.center ? make('beta') : undefined
  }

  /** Throws unless x has the sizes along `axes` that the layer was built for. */
  protected expectBuilt(x: SymbolicTensor, axes: readonly number[]): void {
    const same = this.#built.length === x.shape.length
    if (same && axes.every((a) => this.#built[a] === x.shape[a])) return
    expectShape(this, this.#built, x.shape)
  }

  /** y·gamma + beta, which lie along `axes`. */
  protected scaled(y: SymbolicTensor, pass: Pass, axes: readonly number[]): SymbolicTensor {
    const of = (v: Variable) => along(pass.read(v), y, axes)
    if (this.#gamma && this.#beta) return ops.mulAdd(y, of(this.#gamma), of(this.#beta))
    if (this.#gamma) return ops.mul(y, of(this.#gamma))
    return this.#beta ? ops.add(y, of(this.#beta)) : y
  }

  config(): Config {
    const { epsilon, center, scale } = this
    return { epsilon, center, scale, ...this.#weights.config() }
  }
}

/** A copy for the JSON form. */
export const axisConfig = (axis: number | readonly number[]) =>
  typeof axis === 'number' ? axis : [...axis]
