// A recurrent layer from both ends: what it says about the past and what its twin says about the
// future, merged.

import { badArgument } from '../../checks.ts'
import { concatenate, flip } from '../../composites/shape.ts'
import type { SymbolicTensor } from '../../graph.ts'
import * as ops from '../../ops.ts'
import type { BatchShape } from '../../shape.ts'
import { subjectOf } from '../expect.ts'
import {
  type Config,
  Layer,
  type LayerOptions,
  type Mask,
  type Pass,
  type Tensors,
} from '../layer.ts'
import { savedLayer } from '../nested.ts'
import type { Doubles, InputOf, Shaped } from '../shape-rules.ts'
import { Rnn } from './rnn.ts'

type Merge = (a: SymbolicTensor, b: SymbolicTensor) => SymbolicTensor

const merges = {
  sum: (a, b) => ops.add(a, b),
  mul: (a, b) => ops.mul(a, b),
  ave: (a, b) => ops.mul(ops.add(a, b), 0.5),
  concat: (a, b) => concatenate([a, b]),
} as const satisfies Record<string, Merge>

export interface BidirectionalOptions extends LayerOptions {
  /** The recurrent layer; the one that goes backwards is made like it, with weights of its own. */
  layer: Rnn<never> | Rnn
  /** Another layer for the way back; it must have `goBackwards`. */
  backwardLayer?: Rnn<never> | Rnn
  /** How the two outputs become one; null: a list of both. Default `'concat'`. */
  mergeMode?: keyof typeof merges | null
}

/** What a layer with these options gives. */
export type BidirectionalOut<O> = O extends
  | { mergeMode: null }
  | { layer: Rnn<readonly SymbolicTensor[]> }
  ? readonly SymbolicTensor[]
  : O extends { layer: Rnn<SymbolicTensor> }
    ? SymbolicTensor
    : Tensors

export class Bidirectional<Out extends Tensors = Tensors> extends Layer<Tensors, Out> {
  declare readonly type: 'bidirectional'
  readonly forward: Rnn
  readonly backward: Rnn
  readonly mergeMode: keyof typeof merges | null
  override readonly supportsMasking = true

  constructor(options: BidirectionalOptions) {
    super(options, 'bidirectional')
    const { layer, backwardLayer, mergeMode = 'concat' } = options
    const subject = subjectOf(this)
    for (const [name, given] of Object.entries({ layer, backwardLayer: backwardLayer ?? layer })) {
      if (given instanceof Rnn) continue
      throw badArgument(subject, name, typeof given, 'a recurrent layer, such as layers.lstm()')
    }
    if (mergeMode !== null && !Object.hasOwn(merges, mergeMode)) {
      throw badArgument(subject, 'mergeMode', mergeMode, `one of ${Object.keys(merges)} or null`)
    }
    const zeroOutputForMask = layer.returnSequences
    this.mergeMode = mergeMode
    this.forward = (layer as Rnn).copy({ zeroOutputForMask, name: 'forward' })
    const back = (backwardLayer ?? layer) as Rnn
    const goBackwards = backwardLayer ? backwardLayer.goBackwards : !layer.goBackwards
    this.backward = back.copy({ zeroOutputForMask, goBackwards, name: 'backward' })
    this.#checkTwins(subject)
    this.sublayers = [this.forward, this.backward]
  }

  #checkTwins(subject: string): void {
    const { forward, backward } = this
    const alike = (['returnSequences', 'returnState'] as const).every(
      (name) => forward[name] === backward[name],
    )
    if (alike && forward.goBackwards !== backward.goBackwards) return
    throw badArgument(
      subject,
      'backwardLayer',
      backward.type,
      'like layer in returnSequences and returnState, but with another goBackwards',
    )
  }

  override build(shapes: BatchShape | readonly BatchShape[]): void {
    const given = (Array.isArray(shapes[0]) ? shapes[0] : shapes) as BatchShape
    for (const layer of this.sublayers as readonly Rnn[]) {
      if (!layer.built) layer.build(given)
      layer.built = true
    }
  }

  /** The next batch starts from zeros, where the layers are `stateful`. */
  resetStates(): void {
    this.forward.resetStates()
    this.backward.resetStates()
  }

  /** x: [B, T, ...], and first states of both → the outputs merged, and the last states of both. */
  call(given: Tensors, pass: Pass): Out {
    const [x, ...states] = (Array.isArray(given) ? given : [given]) as [SymbolicTensor]
    const half = states.length / 2
    const run = (layer: Rnn, own: readonly SymbolicTensor[]) => {
      const y = layer.apply([x, ...own], pass)
      return (Array.isArray(y) ? y : [y]) as [SymbolicTensor]
    }
    const [a, ...statesOfA] = run(this.forward, states.slice(0, half))
    const [b, ...statesOfB] = run(this.backward, states.slice(half))
    const turned = this.forward.returnSequences ? flip(b, 1) : b
    const merged = this.mergeMode === null ? [a, turned] : [merges[this.mergeMode](a, turned)]
    const all = [...merged, ...statesOfA, ...statesOfB]
    return (all.length === 1 ? all[0] : all) as Out
  }

  override computeMask(_: Tensors, mask: Mask | readonly Mask[]): Mask | readonly Mask[] {
    const given = (Array.isArray(mask) ? mask[0] : mask) as Mask
    const kept = this.forward.returnSequences ? given : undefined
    const both = this.mergeMode === null ? [kept, kept] : [kept]
    return both.length > 1 || this.forward.returnState ? both : kept
  }

  config(): Config {
    const { forward, backward, mergeMode } = this
    return { layer: savedLayer(forward), backwardLayer: savedLayer(backward), mergeMode }
  }
}

/** Runs a recurrent layer in both directions and merges the outputs. */
export const bidirectional = <const O extends BidirectionalOptions>(
  options: O,
): Shaped<Bidirectional<BidirectionalOut<O>>, Doubles<O>, InputOf<O>> => new Bidirectional(options)
