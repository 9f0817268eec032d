// The walk of a cell over time: sequences, states, masks, direction. All steps are one op where the
// core has one for the cell; else each step is ops of its own. The formulas are those of the cells.

import { badArgument, flag, named, positiveWhole } from '../../checks.ts'
import { flip, sliceAxis, stack } from '../../composites/shape.ts'
import type { SymbolicTensor } from '../../graph.ts'
import * as ops from '../../ops.ts'
import { type BatchShape, type Elements, type Shape, showShape, sizeOf } from '../../shape.ts'
import type { Variable } from '../../variable.ts'
import { shapeError, subjectOf } from '../expect.ts'
import {
  type Config,
  Layer,
  type LayerOptions,
  type Mask,
  type Pass,
  type Tensors,
} from '../layer.ts'
import { savedLayer } from '../nested.ts'
import { type Ran, RnnCell, type Sequence } from './rnn-cell.ts'
import { StackedRnnCells } from './stacked-rnn-cells.ts'

/** How a sequence is walked, and what is returned. */
export interface RnnOptions extends LayerOptions {
  /** The output of every step, [B, T, ...], not only of the last. Default false. */
  returnSequences?: boolean
  /** A list: the output and the last states. Default false. */
  returnState?: boolean
  /** From the last step to the first; sequences come out in that order. Default false. */
  goBackwards?: boolean
  /**
   * In `fit`, `evaluate` and `predict` a batch goes on from the last states of the batch before,
   * row by row. Needs `batchSize`; a batch of another size starts from zeros. `resetStates()` lets
   * all start from zeros again. Default false.
   */
  stateful?: boolean
  /** Rows of a batch, for `stateful`. */
  batchSize?: number
  /** Steps as single ops, which gradients of gradients need. Default false. */
  unroll?: boolean
  /** The output of a masked step is 0, not that of the step before it. Default false. */
  zeroOutputForMask?: boolean
}

/** What a layer with these options gives. */
export type RnnOut<O> = O extends { returnState: true }
  ? readonly SymbolicTensor[]
  : O extends { returnState: boolean }
    ? Tensors
    : SymbolicTensor

export class Rnn<Out extends Tensors = Tensors> extends Layer<Tensors, Out> {
  declare readonly type: string
  readonly cell: RnnCell
  readonly returnSequences: boolean
  readonly returnState: boolean
  readonly goBackwards: boolean
  readonly stateful: boolean
  readonly batchSize: number | undefined
  readonly unroll: boolean
  readonly zeroOutputForMask: boolean
  override readonly supportsMasking = true
  #kept: readonly Variable[] = []
  #reset = false

  constructor(type: string, cell: RnnCell, options: RnnOptions) {
    super(options, type)
    const subject = subjectOf(this)
    const flagOf = (option: keyof RnnOptions) =>
      flag(subject, option, (options[option] as boolean | undefined) ?? false)
    this.returnSequences = flagOf('returnSequences')
    this.returnState = flagOf('returnState')
    this.goBackwards = flagOf('goBackwards')
    this.stateful = flagOf('stateful')
    if (this.stateful || options.batchSize !== undefined) {
      this.batchSize = positiveWhole(subject, 'batchSize', options.batchSize as number)
    }
    this.unroll = flagOf('unroll')
    this.zeroOutputForMask = flagOf('zeroOutputForMask')
    this.cell = cell
    this.sublayers = [cell]
  }

  /** Another layer like this one with weights of its own. */
  copy(options: RnnOptions): Rnn<Out> {
    const { trainable } = this
    return new Rnn(this.type, this.cell.copy(), { ...this.#options(), trainable, ...options })
  }

  override build(shapes: BatchShape | readonly BatchShape[]): void {
    const given = (Array.isArray(shapes[0]) ? shapes[0] : shapes) as BatchShape
    if (given.length < 3) {
      const shown = showShape(given)
      throw shapeError(
        this,
        `expected an input of shape [batch, time, ...], but was given ${shown}.`,
      )
    }
    const states = this.cell.stateShapes.map((shape): BatchShape => [null, ...shape])
    if (!this.cell.built) this.cell.build([[null, ...given.slice(2)], ...states])
    this.cell.built = true
    const kept = this.stateful ? this.cell.stateShapes : []
    this.#kept = kept.map((shape, i) =>
      this.addWeight({
        name: `state${i}`,
        shape: [this.batchSize as number, ...shape],
        trainable: false,
      }),
    )
  }

  /** The next batch starts from zeros, where the layer is `stateful`. */
  resetStates(): void {
    this.#reset = true
  }

  override takePending(): ReadonlyMap<Variable, Elements> {
    const kept = this.#reset ? this.#kept : []
    this.#reset = false
    return new Map(kept.map((one) => [one, new Float32Array(sizeOf(one.shape))]))
  }

  /** What a sequence starts from; `undefined`: zeros. */
  #first(x: SymbolicTensor, given: readonly SymbolicTensor[], pass: Pass) {
    if (given.length > 0) return given
    return this.#keeps(x) ? this.#kept.map((one) => pass.read(one)) : undefined
  }

  #keeps(x: SymbolicTensor): boolean {
    return this.stateful && x.shape[0] === this.batchSize
  }

  /** x: [B, T, ...], and first states [B, ...] → y: [B, ...] or [B, T, ...], and last states. */
  call(given: Tensors, pass: Pass): Out {
    const [x, ...states] = (Array.isArray(given) ? given : [given]) as [SymbolicTensor]
    this.#checkStates(x, states)
    const turned = this.goBackwards ? flip(x, 1) : x
    const mask = x.mask && (this.goBackwards ? flip(x.mask, 1) : x.mask)
    const ends = this.returnSequences ? (x.shape[1] as number) : 1
    const first = this.#first(x, states, pass)
    const ran = this.#walk({ x: turned, mask, ends, states: first }, pass)
    if (pass.keeps && this.#keeps(x)) {
      for (const [i, one] of this.#kept.entries()) pass.assign(one, ran.states[i] as SymbolicTensor)
    }
    const y = this.#output(ran.outputs, mask)
    return (this.returnState ? [y, ...ran.states] : y) as Out
  }

  #walk(sequence: Sequence, pass: Pass): Ran {
    const ran = this.unroll ? undefined : this.cell.run(sequence, pass)
    return ran ?? unrolled(this.cell, sequence, pass)
  }

  /** outputs: [B, ends, ...] */
  #output(outputs: SymbolicTensor, mask: Mask): SymbolicTensor {
    const [batch, ends, ...rest] = outputs.shape as [number, number]
    const shown =
      mask && this.zeroOutputForMask
        ? ops.mul(outputs, spread(lastOf(mask, ends), outputs.shape.length))
        : outputs
    return this.returnSequences ? shown : ops.reshape(shown, [batch, ...rest])
  }

  #checkStates(x: SymbolicTensor, states: readonly SymbolicTensor[]): void {
    if (x.mask && `${x.mask.shape}` !== `${x.shape.slice(0, 2)}`) {
      throw shapeError(this, `its mask has shape ${showShape(x.mask.shape)}, not [batch, time].`)
    }
    const wanted = this.cell.stateShapes.map((shape) => [x.shape[0] as number, ...shape])
    const fits = wanted.every((shape, i) => `${shape}` === `${states[i]?.shape}`)
    if (states.length === 0 || (fits && states.length === wanted.length)) return
    const show = (shapes: readonly Shape[]) => shapes.map(showShape).join(', ')
    throw shapeError(
      this,
      `takes first states of shapes ${show(wanted)} behind its input, but was given ` +
        `${show(states.map(({ shape }) => shape))}.`,
    )
  }

  override computeMask(_: Tensors, mask: Mask | readonly Mask[]): Mask | readonly Mask[] {
    const given = (Array.isArray(mask) ? mask[0] : mask) as Mask
    const kept = this.returnSequences ? given : undefined
    return this.returnState ? [kept] : kept
  }

  #options(): Config {
    const flags = [
      'returnSequences',
      'returnState',
      'goBackwards',
      'stateful',
      'unroll',
      'zeroOutputForMask',
    ] as const
    const set = flags.filter((name) => this[name]).map((name) => [name, true] as const)
    const { batchSize } = this
    return { ...Object.fromEntries(set), ...(batchSize === undefined ? {} : { batchSize }) }
  }

  config(): Config {
    const cell: Config = this.type === 'rnn' ? { cell: savedLayer(this.cell) } : this.cell.config()
    return { ...cell, ...this.#options() }
  }
}

/** [B, T] → the last n columns. */
const lastOf = (mask: SymbolicTensor, n: number): SymbolicTensor => {
  const steps = mask.shape[1] as number
  return sliceAxis(mask, 1, steps - n, steps)
}

/** [B, T] or [B] with axes of size 1 behind it, `rank` in all. */
const spread = (mask: SymbolicTensor, rank: number): SymbolicTensor =>
  ops.reshape(mask, [...mask.shape, ...Array(rank - mask.shape.length).fill(1)])

/** Each step as ops of its own. */
const unrolled = (cell: RnnCell, { x, states, mask, ends }: Sequence, pass: Pass): Ran => {
  const [batch, steps, ...rest] = x.shape as [number, number]
  const at = (t: number) => ops.reshape(sliceAxis(x, 1, t, t + 1), [batch, ...rest])
  const shown = (t: number) => mask && ops.reshape(sliceAxis(mask, 1, t, t + 1), [batch])
  const zeros = (shape: Shape) => x.graph.fill(0, [batch, ...shape])
  let now = states ?? cell.stateShapes.map(zeros)
  let output = `${cell.outputShape}` === `${cell.stateShapes[0]}` ? now[0] : zeros(cell.outputShape)
  const step = cell.begin(at(0), pass)
  const outputs: SymbolicTensor[] = []
  for (let t = 0; t < steps; t++) {
    const done = step(at(t), now)
    const choose = chooser(shown(t))
    output = choose(done.output, output as SymbolicTensor)
    now = done.states.map((next, i) => choose(next, now[i] as SymbolicTensor))
    outputs.push(output)
  }
  return { outputs: stack(outputs.slice(steps - ends), 1), states: now }
}

/** The new value where the mask [B] is 1, else the old one. */
const chooser =
  (mask: Mask) =>
  (next: SymbolicTensor, old: SymbolicTensor): SymbolicTensor =>
    mask ? ops.where(spread(mask, next.shape.length), next, old) : next

/** The options of a cell among those of a layer. */
export const cellOptions = <O extends RnnOptions>(
  options: O,
): Omit<O, keyof LayerOptions> & LayerOptions => {
  const { name: _, trainable: _1, inputShape: _2, ...others } = options
  const { activityRegularizer: _3, recompute: _4, ...rest } = others
  return rest as unknown as Omit<O, keyof LayerOptions> & LayerOptions
}

export interface RnnLayerOptions extends RnnOptions {
  /** A cell, or several on top of each other. */
  cell: RnnCell | readonly RnnCell[]
}

const checkedCell = (cell: RnnLayerOptions['cell']): RnnCell => {
  if (cell instanceof RnnCell) return cell
  if (Array.isArray(cell)) return named('rnn', 'cell', () => new StackedRnnCells({ cells: cell }))
  throw badArgument('rnn', 'cell', typeof cell, 'a cell, such as layers.lstmCell({ units: 8 })')
}

/** Runs a cell over time: x: [B, T, ...] → [B, ...], or [B, T, ...] with `returnSequences`. */
export const rnn = <const O extends RnnLayerOptions>(options: O): Rnn<RnnOut<O>> =>
  new Rnn('rnn', checkedCell(options.cell), options)
