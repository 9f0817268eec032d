// Every constraint, for `constraints.…`: one export line each. The names are those of saved files.

export type { Constraint } from './constraint.ts'
export {
  type AxisOptions,
  type MaxNormOptions,
  type MinMaxNormOptions,
  maxNorm,
  minMaxNorm,
  nonNeg,
  unitNorm,
} from './norms.ts'
