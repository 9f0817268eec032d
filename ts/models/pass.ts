// The walk of a model over one graph: each variable is one node, and random numbers are asked for
// only where a layer draws some.

import type { Graph, SymbolicTensor } from '../graph.ts'
import type { Pass } from '../layers/layer.ts'
import type { Variable } from '../variable.ts'

/** Input of programs that draw random numbers: i32 [4]. */
export const RNG = 'rng'

export const passOver = (graph: Graph, training: boolean): Pass => {
  const values = new Map<Variable, SymbolicTensor>()
  let rng: SymbolicTensor | undefined
  return {
    training,
    get rng() {
      rng ??= graph.input(RNG, 'int32', [4])
      return rng
    },
    read(variable) {
      const known = values.get(variable)
      if (known) return known
      const value = graph.state(variable)
      values.set(variable, value)
      return value
    },
  }
}
