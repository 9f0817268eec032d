// Every schedule, for `schedules.…`: one export line each. The names of the factories are those of
// saved files.

export { type CosineDecayOptions, cosineDecay } from './cosine-decay.ts'
export { type ExponentialDecayOptions, exponentialDecay } from './exponential-decay.ts'
export {
  type PiecewiseConstantDecayOptions,
  piecewiseConstantDecay,
} from './piecewise-constant-decay.ts'
export { type PolynomialDecayOptions, polynomialDecay } from './polynomial-decay.ts'
export type { Schedule } from './schedule.ts'
