// Where the samples of a step come from: picked by number from data that lies in the workers, or
// fed with the step. Both look the same to a program.

import { takeRows } from '../data/rows.ts'
import type { Graph, SymbolicTensor } from '../graph.ts'
import * as ops from '../ops.ts'
import type { Feeds, Session } from '../runtime/session.ts'
import { type Dtype, type Elements, type Shape, sameShape, sizeOf } from '../shape.ts'
import type { Tensor } from '../tensor.ts'
import { Variable } from '../variable.ts'

/** x: [N, ...], y: [N, ...], weights: [N] */
export interface Samples {
  readonly x: Tensor
  readonly y?: Tensor | undefined
  readonly weights?: Tensor | undefined
}

/** The samples of one step in a graph. */
export interface Batch {
  readonly x: SymbolicTensor
  readonly y?: SymbolicTensor
  readonly weights?: SymbolicTensor
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

type Part = 'x' | 'y' | 'weights'
const PARTS: readonly Part[] = ['x', 'y', 'weights']

/** The parts that there are. */
const partsOf = <T>(samples: { readonly [P in Part]?: T | undefined }): [Part, T][] =>
  PARTS.flatMap((part) => {
    const value = samples[part]
    return value === undefined ? [] : [[part, value] as [Part, T]]
  })

const batchOf = (parts: readonly (readonly [Part, SymbolicTensor])[]): Batch =>
  Object.fromEntries(parts) as unknown as Batch

/** Rows `order` of x; without a copy where they follow one another. */
const pick = (x: Tensor, order: Int32Array): Elements => {
  const first = order[0] ?? 0
  const inRow = order.every((row, i) => row === first + i)
  return inRow ? x.rows(first, first + order.length).elements : takeRows(x, order).elements
}

const typeOf = (x: Tensor): string => `${x.dtype}[${x.shape.slice(1)}]`

/** Samples that are sent with each step. */
export class FedRows implements Rows {
  readonly key: string
  readonly bytesPerSample: number
  readonly #samples: Samples

  constructor(samples: Samples) {
    this.#samples = samples
    const parts = partsOf<Tensor>(samples)
    this.key = parts.map(([part, x]) => `${part}:${typeOf(x)}`).join(' ')
    this.bytesPerSample = parts.reduce((n, [, x]) => n + 4 * sizeOf(x.shape.slice(1)), 0)
  }

  take(graph: Graph, count: number): Batch {
    const parts = partsOf<Tensor>(this.#samples)
    return batchOf(
      parts.map(([part, x]) => [part, graph.input(part, x.dtype, [count, ...x.shape.slice(1)])]),
    )
  }

  feeds(order: Int32Array): Feeds {
    const parts = partsOf<Tensor>(this.#samples)
    return Object.fromEntries(
      parts.map(([part, x]) => [part, { data: pick(x, order), perStep: true }]),
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
    this.#parts = partsOf<Tensor>(samples).map(([part, x]) => [part, kept(part, x.dtype, x.shape)])
    this.variables = this.#parts.map(([, variable]) => variable)
    this.key = `resident[${this.variables.map(({ key }) => key)}]`
  }

  /** Whether these samples can take the place of those that it was made for. */
  fits(samples: Samples): boolean {
    const given = partsOf<Tensor>(samples)
    return (
      given.length === this.#parts.length &&
      this.#parts.every(([part, { dtype, shape }], i) => {
        const [name, x] = given[i] as [Part, Tensor]
        return name === part && x.dtype === dtype && sameShape(x.shape, shape)
      })
    )
  }

  async write(session: Session, samples: Samples): Promise<void> {
    const given = partsOf<Tensor>(samples)
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
