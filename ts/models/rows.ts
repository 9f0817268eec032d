// Where the samples of a step come from: picked by number from data that lies in the workers, or
// fed with the step. Both look the same to a program.

import { takeRows } from '../data/rows.ts'
import type { Graph, SymbolicTensor } from '../graph.ts'
import * as ops from '../ops.ts'
import type { Feeds, Session } from '../runtime/session.ts'
import { type Dtype, type Elements, type Shape, sameShape, sizeOf } from '../shape.ts'
import type { Tensor } from '../tensor.ts'
import { Variable } from '../variable.ts'

/** For each input x: [N, ...]; for each output y: [N, ...] and weights: [N] or [N, T …]. */
export interface Samples {
  readonly x: readonly Tensor[]
  readonly y?: readonly (Tensor | undefined)[]
  readonly weights?: readonly (Tensor | undefined)[]
}

/** The samples of one step in a graph. */
export interface Batch {
  readonly x: readonly SymbolicTensor[]
  readonly y: readonly (SymbolicTensor | undefined)[]
  readonly weights: readonly (SymbolicTensor | undefined)[]
}

export interface Rows {
  /** Programs made for rows of one key fit all of that key. */
  readonly key: string
  /** The next `count` samples. */
  take(graph: Graph, count: number): Batch
  /** Feeds for a run whose steps take the samples of these numbers. */
  feeds(order: Int32Array): Feeds
  /** Bytes that are sent for each sample. */
  readonly bytesPerSample: number
}

const PARTS = ['x', 'y', 'weights'] as const

/** `x0`, `x1`, `y0` … */
type Part = string

/** The parts that there are, in a fixed order. */
const partsOf = (samples: Samples): [Part, Tensor][] => {
  const parts: [Part, Tensor][] = []
  for (const part of PARTS) {
    samples[part]?.forEach((x, i) => {
      if (x) parts.push([`${part}${i}`, x])
    })
  }
  return parts
}

const batchOf = (parts: readonly (readonly [Part, SymbolicTensor])[]): Batch => {
  const batch = { x: [], y: [], weights: [] } as { [P in keyof Batch]: SymbolicTensor[] }
  for (const [name, x] of parts) {
    const [, part, at] = /^(\D+)(\d+)$/.exec(name) as unknown as [string, keyof Batch, string]
    batch[part][Number(at)] = x
  }
  return batch
}

/** Samples in each of the tensors. */
export const countOf = ({ x }: Samples): number => x[0]?.shape[0] ?? 0

/** Rows `order` of x; without a copy where they follow one another. */
const pick = (x: Tensor, order: Int32Array): Elements => {
  const first = order[0] ?? 0
  const inRow = order.every((row, i) => row === first + i)
  return inRow ? x.rows(first, first + order.length).elements : takeRows(x, order).elements
}

/** `float32,28,28` */
const typeOf = ({ dtype, shape }: Tensor): string => {
  let type: string = dtype
  for (let axis = 1; axis < shape.length; axis++) type += `,${shape[axis]}`
  return type
}

/** Samples that are sent with each step. */
export class FedRows implements Rows {
  readonly key: string
  readonly #parts: readonly (readonly [Part, Tensor])[]

  constructor(samples: Samples) {
    this.#parts = partsOf(samples)
    this.key = this.#parts.map(([part, x]) => `${part}:${typeOf(x)}`).join(' ')
  }

  get bytesPerSample(): number {
    return this.#parts.reduce((n, [, x]) => n + 4 * sizeOf(x.shape.slice(1)), 0)
  }

  take(graph: Graph, count: number): Batch {
    return batchOf(
      this.#parts.map(([part, x]) => [
        part,
        graph.input(part, x.dtype, [count, ...x.shape.slice(1)]),
      ]),
    )
  }

  /** Feeds for one step that takes all samples. */
  allFeeds(): Feeds {
    const feeds: Record<string, Feeds[string]> = {}
    for (const [part, x] of this.#parts) feeds[part] = { data: x.elements, perStep: true }
    return feeds
  }

  feeds(order: Int32Array): Feeds {
    return Object.fromEntries(
      this.#parts.map(([part, x]) => [part, { data: pick(x, order), perStep: true }]),
    )
  }
}

const kept = (part: Part, dtype: Dtype, shape: Shape): Variable =>
  new Variable({
    name: `data ${part}`,
    shape,
    dtype,
    trainable: false,
    initialize: (own, { graph }) => graph.fill(0, own),
  })

/** Samples that lie in the workers while a model trains. */
export class ResidentRows implements Rows {
  readonly key: string
  readonly bytesPerSample = 4
  readonly variables: readonly Variable[]
  readonly #parts: readonly (readonly [Part, Variable])[]

  constructor(samples: Samples) {
    this.#parts = partsOf(samples).map(([part, x]) => [part, kept(part, x.dtype, x.shape)])
    this.variables = this.#parts.map(([, variable]) => variable)
    this.key = `resident[${this.variables.map(({ key }) => key)}]`
  }

  /** Whether these samples can take the place of those that it was made for. */
  fits(samples: Samples): boolean {
    const given = partsOf(samples)
    return (
      given.length === this.#parts.length &&
      this.#parts.every(([part, { dtype, shape }], i) => {
        const [name, x] = given[i] as [Part, Tensor]
        return name === part && x.dtype === dtype && sameShape(x.shape, shape)
      })
    )
  }

  async write(session: Session, samples: Samples): Promise<void> {
    const given = partsOf(samples)
    await Promise.all(
      given.map(([, x], i) => session.write(this.variables[i] as Variable, x.elements)),
    )
  }

  take(graph: Graph, count: number): Batch {
    const rows = graph.input('rows', 'int32', [count])
    return batchOf(
      this.#parts.map(([part, variable]) => [part, ops.gatherRows(graph.state(variable), rows)]),
    )
  }

  feeds(order: Int32Array): Feeds {
    return { rows: { data: order, perStep: true } }
  }
}
