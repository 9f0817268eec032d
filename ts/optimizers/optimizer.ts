// The contract of an optimizer: slots beside each weight, and the update as graph nodes.

import type { Graph, SymbolicTensor } from '../graph.ts'
import type { Config } from '../layers/layer.ts'
import type { Schedule } from '../schedules/schedule.ts'
import type { Variable } from '../variable.ts'
import type { Cadence } from './cadence.ts'

/** One weight in one training step. */
export interface Update {
  readonly graph: Graph
  readonly variable: Variable
  /** The weight before the step. */
  readonly weight: SymbolicTensor
  /** Its gradient, clipped. */
  readonly gradient: SymbolicTensor
  /** Learning rate of the step: f32 []. */
  readonly learningRate: SymbolicTensor
}

export interface Optimizer {
  /** Accumulation of gradients and means of weights; `update.ts` sees to them. Default none. */
  readonly cadence?: Cadence
  /** Whether each row of a weight is updated by itself, as sparse tables need. Default false. */
  readonly rowWise?: boolean
  /** Name of the factory, as in saved files. */
  readonly type: string
  /** A number (settable between and during epochs) or a schedule. */
  learningRate: number | Schedule
  /** Slots shared by all weights, such as β₁ᵗ. Made once for each model. */
  readonly shared: readonly Variable[]
  /** The slots of a weight; made at the first call, the same objects ever after. */
  slots(variable: Variable): readonly Variable[]
  /** All gradients of the step → clipped gradients, in the same order. */
  clip(gradients: readonly SymbolicTensor[]): readonly SymbolicTensor[]
  /** Assigns the shared slots; called once a step, before `update`. */
  begin(graph: Graph): void
  /** Assigns the weight and its slots. */
  update(update: Update): void
  /** JSON of the options, learning rate included. */
  config(): Config
}
