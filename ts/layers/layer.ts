// The base of all layers: a name, variables made in `build`, and `call`, which applies ops to
// symbolic tensors. A layer holds no numbers and knows no model.

import { flag, named, plainName, sizes } from '../checks.ts'
import { type ConstraintSpec, constraintOf } from '../constraints/registry.ts'
import { SymbolicTensor } from '../graph.ts'
import { type InitializerSpec, initializeOf } from '../initializers/registry.ts'
import * as ops from '../ops.ts'
import { type RegularizerSpec, regularizerConfig, regularizerOf } from '../regularizers/registry.ts'
import type { BatchShape, Dtype, Elements, Shape } from '../shape.ts'
import { Variable } from '../variable.ts'
import { subjectOf } from './expect.ts'
import { type FunctionalTensor, isFunctional, place } from './functional.ts'
import { recomputed } from './recompute.ts'
import type { After, Rule, rule } from './shape-rules.ts'

/** One walk of a model's layers over a graph. */
export interface Pass {
  /** Dropout and the like act only when true. */
  readonly training: boolean
  /** What is assigned stays: in `fit`, `evaluate` and `predict`, not while shapes are found. */
  readonly keeps: boolean
  /** i32 [4]: seed low, seed high, step, row offset. */
  readonly rng: SymbolicTensor
  /** A stream of random numbers of the layer's own: another one at each call. */
  stream(layer: AnyLayer): number
  /** Value of a variable in this graph: what it was assigned last, else that before the step. */
  read(variable: Variable): SymbolicTensor
  /** Rows of a table: idx: i32 [n] → [n, ...]; NaN for one that it does not have. */
  rows?(variable: Variable, idx: SymbolicTensor): SymbolicTensor
  /**
   * After the step, `variable`, which is not trained, holds `value`. Where a batch is cut into
   * shards it holds the mean of their values. Only where the pass `keeps`.
   */
  assign(variable: Variable, value: SymbolicTensor): void
  /** Adds a number to the loss: f32 []. */
  addLoss(loss: SymbolicTensor): void
}

/** Plain JSON. */
export type Json =
  | null
  | boolean
  | number
  | string
  | readonly Json[]
  | { readonly [k: string]: Json }
export type Config = { readonly [key: string]: Json }

/** What a layer takes or gives: one tensor or a list of them. */
export type Tensors = SymbolicTensor | readonly SymbolicTensor[]
/** f32 [B, T], where there is one. */
export type Mask = SymbolicTensor | undefined
/** The shapes, masks and functional tensors that go with `T`. */
export type ShapesOf<T> = T extends readonly SymbolicTensor[] ? readonly BatchShape[] : BatchShape
export type MasksOf<T> = T extends readonly SymbolicTensor[] ? readonly Mask[] : Mask
export type FunctionalOf<T> = T extends readonly SymbolicTensor[]
  ? readonly FunctionalTensor[]
  : FunctionalTensor

/** What the rule of the layer `L` makes of `X`: a shape, a sentence, or nothing that is known. */
type Ruled<L, X> = L extends { readonly [rule]?: infer R extends Rule }
  ? X extends FunctionalTensor<infer S>
    ? After<R, S>
    : X extends readonly unknown[]
      ? After<R, { [K in keyof X]: X[K] extends FunctionalTensor<infer S> ? S : unknown }>
      : unknown
  : unknown

/** A sentence in place of an input that does not fit. */
type Refused<L, X> = Ruled<L, X> extends infer Said extends string ? Said : unknown

type Applied<L, X, Y> =
  Ruled<L, X> extends infer S extends Shape
    ? Y extends FunctionalTensor
      ? FunctionalTensor<S>
      : Y
    : Y

/** A layer of any inputs and outputs. */
// biome-ignore lint/suspicious/noExplicitAny: layers of all kinds stand in one list
export type AnyLayer = Layer<any, any>

/** Options that every layer takes. */
export interface LayerOptions {
  /** Unique within the model; by default the type and a number. */
  name?: string
  /** Whether `fit` changes the layer's weights. Default true. */
  trainable?: boolean
  /** Shape of one sample, without the batch axis; only for the first layer of a model. */
  inputShape?: readonly number[]
  /** Adds to the loss, by the size of the layer's output; divided by the batch size. */
  activityRegularizer?: RegularizerSpec
  /**
   * Whether values inside the layer are computed again in the backward pass instead of being kept
   * for it: less memory, more work. Default false.
   */
  recompute?: boolean
}

/** A weight of a layer. */
export interface WeightOptions {
  /** Unique within the layer, without '/'. */
  name: string
  shape: Shape
  /** Default `'zeros'`. */
  initializer?: InitializerSpec
  /** Whether the optimizer changes it. Default true. */
  trainable?: boolean
  regularizer?: RegularizerSpec | undefined
  constraint?: ConstraintSpec | undefined
  /** Default `'float32'`. */
  dtype?: Dtype
  /** Whether a step changes only the rows that `pass.rows` looked up. Default false. */
  sparse?: boolean
}

/** `[B, ...]` → `[null, ...]` */
const NONE: ReadonlyMap<Variable, Elements> = /* @__PURE__ */ new Map()

const shapeOf = (x: SymbolicTensor): BatchShape => [null, ...x.shape.slice(1)]

export abstract class Layer<
  In extends Tensors = SymbolicTensor,
  Out extends Tensors = SymbolicTensor,
> {
  /** Name of the factory, as in saved files. */
  abstract readonly type: string
  /** Empty until the model gives the layer its default name. */
  name: string
  readonly inputShape: readonly number[] | undefined
  readonly activityRegularizer: RegularizerSpec
  /** Values inside are computed again in the backward pass, which saves memory. */
  recompute: boolean
  /** The layer's own, in the order in which they are saved; empty before `build`. */
  variables: readonly Variable[] = []
  /** Whether `apply` passes the mask of the input on to the output. */
  readonly supportsMasking: boolean = false
  /** Tells the random draws of layers apart; set by the model. */
  stream = 0
  /** `build` was called. */
  built = false
  #trainable: boolean
  #sublayers: readonly AnyLayer[] = []

  /** `type`: that of a layer that does not say it by a field of its own. */
  constructor(options: LayerOptions = {}, type = 'layer') {
    const { name = '', trainable = true, inputShape } = options
    // A class of one's own may have a getter.
    if (!('type' in this)) Object.assign(this, { type })
    this.name = plainName(type, name)
    const subject = subjectOf({ type, name })
    this.#trainable = flag(subject, 'trainable', trainable)
    this.inputShape = inputShape && sizes(subject, 'inputShape', inputShape)
    this.recompute = flag(subject, 'recompute', options.recompute ?? false)
    const penalty = options.activityRegularizer ?? null
    named(subject, 'activityRegularizer', () => regularizerOf(penalty))
    this.activityRegularizer = penalty
  }

  /** Setting it sets it in the sublayers too. It acts from the next `compile` on. */
  get trainable(): boolean {
    return this.#trainable
  }

  set trainable(trainable: boolean) {
    this.#trainable = trainable
    for (const layer of this.#sublayers) layer.trainable = trainable
  }

  /** Layers that this one calls: their variables are saved as `layer/sublayer/variable`. */
  get sublayers(): readonly AnyLayer[] {
    return this.#sublayers
  }

  set sublayers(layers: readonly AnyLayer[]) {
    this.#sublayers = layers
    if (!this.#trainable) this.trainable = false
  }

  /** Makes the variables for inputs of this shape (`[null, ...]`; several: a list). Called once. */
  build(_inputShape: ShapesOf<In>): void {}

  /** x: [B, ...] → y: [B, ...]. Sublayers and other layers are called by their `apply`. */
  abstract call(x: In, pass: Pass): Out

  /** The mask of the output (of each, where it is a list), given those of the inputs. */
  computeMask(_x: In, mask: MasksOf<In>): Mask | readonly Mask[] {
    if (!this.supportsMasking) return undefined
    return Array.isArray(mask) ? mask.find((x) => x) : (mask as Mask)
  }

  /**
   * Describes the layer's output for a model, or, given a pass, computes it in a graph, masks
   * included. A layer may be applied more than once: its weights are shared.
   */
  apply<L, const F extends FunctionalOf<In>>(
    this: L,
    x: F & Refused<L, F>,
  ): Applied<L, F, FunctionalOf<Out>>
  apply(x: In, pass: Pass): Out
  apply(x: unknown, pass?: Pass): unknown {
    if (!pass || isFunctional(x)) return place(this, x as never)
    const given = x as In
    const isList = !(given instanceof SymbolicTensor)
    const inputs = (isList ? given : [given]) as readonly SymbolicTensor[]
    if (!this.built) this.#buildLate(inputs, isList)
    const y =
      this.recompute && pass.training ? this.#recomputed(given, pass) : this.call(given, pass)
    const masks = inputs.map((input) => input.mask)
    const mask = this.computeMask(given, (isList ? masks : masks[0]) as MasksOf<In>)
    this.#addPenalty(y instanceof SymbolicTensor ? [y] : y, pass)
    // A mask that `call` has set itself stays.
    const masked = (one: SymbolicTensor, at: number): SymbolicTensor =>
      one.withMask(
        (Array.isArray(mask) ? mask[at] : mask) ?? (inputs.includes(one) ? undefined : one.mask),
      )
    return y instanceof SymbolicTensor ? masked(y, 0) : y.map(masked)
  }

  #recomputed(x: In, pass: Pass): Out {
    const isList = !(x instanceof SymbolicTensor)
    let givesList = false
    const ys = recomputed(isList ? x : [x], pass, (inputs, walk) => {
      const y = this.call((isList ? inputs : inputs[0]) as In, walk)
      givesList = !(y instanceof SymbolicTensor)
      return y instanceof SymbolicTensor ? [y] : y
    })
    return (givesList ? ys : ys[0]) as Out
  }

  #addPenalty(outputs: readonly SymbolicTensor[], pass: Pass): void {
    const penalty = regularizerOf(this.activityRegularizer)
    if (!penalty) return
    for (const y of outputs) pass.addLoss(ops.div(penalty.call(y), y.shape[0] ?? 1))
  }

  /** A sublayer that its parent did not build is built when it is first called. */
  #buildLate(inputs: readonly SymbolicTensor[], isList: boolean): void {
    this.built = true
    if (this.variables.length > 0 || this.#sublayers.some((layer) => layer.built)) return
    const shapes = inputs.map(shapeOf)
    this.build((isList ? shapes : shapes[0]) as ShapesOf<In>)
  }

  /** Makes a variable of the layer, in `build`. */
  protected addWeight({ name, shape, initializer, ...options }: WeightOptions): Variable {
    const variable = new Variable({
      name,
      shape,
      ...options,
      initialize: initializeOf(initializer ?? 'zeros'),
      regularizer: regularizerOf(options.regularizer),
      constraint: constraintOf(options.constraint),
    })
    const others = this.variables.filter((known) => known.name !== name)
    this.variables = [...others, variable]
    return variable
  }

  /**
   * Values that variables were given from outside (by `adapt`) since the last call, for the model
   * to write where its variables already hold numbers. A variable made later starts with them
   * anyway.
   */
  takePending(): ReadonlyMap<Variable, Elements> {
    return NONE
  }

  /** The options that make this layer again, as JSON. */
  abstract config(): Config

  /** `config` plus what every layer has. */
  fullConfig(): Config {
    const shape: Config = this.inputShape ? { inputShape: [...this.inputShape] } : {}
    const trainable: Config = this.trainable ? {} : { trainable: false }
    const penalty = regularizerConfig(this.activityRegularizer)
    const activity: Config = penalty === null ? {} : { activityRegularizer: penalty }
    const recompute: Config = this.recompute ? { recompute: true } : {}
    const own = this.config()
    return { name: this.name, ...shape, ...trainable, ...activity, ...recompute, ...own }
  }
}
