// Every schedule, for `schedules.…`: one export line each. The names of the factories are those of
// saved files.

export { type CosineDecayOptions, cosineDecay } from './cosine-decay.ts'
export { type CosineDecayRestartsOptions, cosineDecayRestarts } from './cosine-decay-restarts.ts'
export { type ExponentialDecayOptions, exponentialDecay } from './exponential-decay.ts'
export { type InverseTimeDecayOptions, inverseTimeDecay } from './inverse-time-decay.ts'
export { type LinearWarmupOptions, linearWarmup } from './linear-warmup.ts'
export { type OneCycleOptions, oneCycle } from './one-cycle.ts'
export {
  type PiecewiseConstantDecayOptions,
  piecewiseConstantDecay,
} from './piecewise-constant-decay.ts'
export { type PolynomialDecayOptions, polynomialDecay } from './polynomial-decay.ts'
export type { Schedule } from './schedule.ts'
export { type StepDecayOptions, stepDecay } from './step-decay.ts'
