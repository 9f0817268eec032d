// Several cells as one: the output of each is the input of the next.

import { GradloomError } from '../../errors.ts'
import type { SymbolicTensor } from '../../graph.ts'
import type { BatchShape, Shape } from '../../shape.ts'
import { subjectOf } from '../expect.ts'
import type { LayerOptions, Pass } from '../layer.ts'
import { savedLayer } from '../nested.ts'
import { type Ran, RnnCell, type Sequence, type Step } from './rnn-cell.ts'

export interface StackedRnnCellsOptions extends LayerOptions {
  /** From the input to the output. */
  cells: readonly RnnCell[]
}

export class StackedRnnCells extends RnnCell {
  declare readonly type: 'stackedRNNCells'
  readonly cells: readonly RnnCell[]

  constructor(options: StackedRnnCellsOptions) {
    super(options, 'stackedRNNCells')
    const { cells } = options
    const subject = subjectOf(this)
    if (!Array.isArray(cells) || cells.length === 0 || !cells.every((x) => x instanceof RnnCell)) {
      throw new GradloomError('argument', `${subject}: cells must be an array of cells.`, {
        subject,
      })
    }
    this.cells = cells
    this.sublayers = cells
  }

  get stateShapes(): readonly Shape[] {
    return this.cells.flatMap(({ stateShapes }) => stateShapes)
  }

  override get outputShape(): Shape {
    return (this.cells.at(-1) as RnnCell).outputShape
  }

  override build([x]: readonly BatchShape[]): void {
    let given = x as BatchShape
    for (const cell of this.cells) {
      if (!cell.built) cell.build([given, ...cell.stateShapes.map((s) => [null, ...s] as const)])
      cell.built = true
      given = [null, ...cell.outputShape]
    }
  }

  /** The states of each cell. */
  #shared<T>(states: readonly T[]): (readonly T[])[] {
    let at = 0
    return this.cells.map(({ stateShapes: { length } }) => {
      at += length
      return states.slice(at - length, at)
    })
  }

  override begin(x: SymbolicTensor, pass: Pass): Step {
    const steps: Step[] = []
    return (given, states) => {
      let output = given
      const next = this.#shared(states).map((own, i) => {
        // What a cell draws once has the size of its own input, known at the first step.
        steps[i] ??= (this.cells[i] as RnnCell).begin(i === 0 ? x : output, pass)
        const done = steps[i](output, own)
        output = done.output
        return done.states
      })
      return { output, states: next.flat() }
    }
  }

  override run({ states, ...sequence }: Sequence, pass: Pass): Ran | undefined {
    const shared = states && this.#shared(states)
    const [, steps] = sequence.x.shape as [number, number]
    let { x } = sequence
    const last: SymbolicTensor[] = []
    for (const [i, cell] of this.cells.entries()) {
      const ends = i + 1 < this.cells.length ? steps : sequence.ends
      const ran = cell.run({ ...sequence, x, ends, states: shared?.[i] }, pass)
      if (!ran) return undefined
      x = ran.outputs
      last.push(...ran.states)
    }
    return { outputs: x, states: last }
  }

  call(xs: readonly SymbolicTensor[], pass: Pass): readonly SymbolicTensor[] {
    const [x, ...given] = xs as readonly [SymbolicTensor]
    const { output, states } = this.begin(x, pass)(x, given)
    return [output, ...states]
  }

  override copy(): this {
    return new StackedRnnCells({ cells: this.cells.map((cell) => cell.copy()) }) as this
  }

  config() {
    return { cells: this.cells.map(savedLayer) }
  }
}

/** Cells on top of each other as one cell, for `rnn`. */
export const stackedRNNCells = (options: StackedRnnCellsOptions): StackedRnnCells =>
  new StackedRnnCells(options)
