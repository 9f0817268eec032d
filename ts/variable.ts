// A tensor that a model keeps between steps: a weight or an optimizer slot. It holds no numbers;
// those live in the workers, under `key`.

import type { Constraint } from './constraints/constraint.ts'
import type { Graph, SymbolicTensor } from './graph.ts'
import type { Regularizer } from './regularizers/regularizer.ts'
import type { Dtype, Shape } from './shape.ts'

/** Random numbers of a graph: the seed words and a number that tells draws apart. */
export interface Draw {
  readonly graph: Graph
  /** i32 [4]: seed low, seed high, step, row offset. */
  readonly rng: SymbolicTensor
  /** Differs for each variable and each random layer of a model. */
  readonly stream: number
}

/** First value of a variable, as graph nodes. */
export type Initialize = (shape: Shape, draw: Draw) => SymbolicTensor

let lastKey = 0

export class Variable {
  /** Unique in this process. */
  readonly key: number
  readonly name: string
  /** Name in files, `layer/kernel`: set where a network places it. */
  path: string | undefined
  readonly shape: Shape
  readonly dtype: Dtype
  readonly initialize: Initialize
  /** Adds to the loss while the variable is trained. */
  readonly regularizer: Regularizer | undefined
  /** Changes the variable after each update of the optimizer. */
  readonly constraint: Constraint | undefined
  /** Of a table of rows: only those looked up in a step are changed by it. */
  readonly sparse: boolean
  trainable: boolean

  constructor(options: {
    name: string
    shape: Shape
    initialize: Initialize
    dtype?: Dtype
    trainable?: boolean
    sparse?: boolean
    regularizer?: Regularizer | undefined
    constraint?: Constraint | undefined
  }) {
    lastKey += 1
    this.key = lastKey
    this.name = options.name
    this.shape = options.shape
    this.dtype = options.dtype ?? 'float32'
    this.initialize = options.initialize
    this.regularizer = options.regularizer
    this.constraint = options.constraint
    this.sparse = options.sparse ?? false
    this.trainable = options.trainable ?? true
  }
}
