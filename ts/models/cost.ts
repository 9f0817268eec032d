// How much compute and memory a model takes, before a long training is begun: counted from the
// graphs and the plan, and measured by a few steps on numbers of its own.

import { positiveWhole } from '../checks.ts'
import { createSession } from '../runtime/pool-session.ts'
import type { Session } from '../runtime/session.ts'
import { type BatchShape, type Dtype, type Elements, sizeOf } from '../shape.ts'
import { Tensor } from '../tensor.ts'
import type { Live } from './live.ts'
import { checkOptions } from './options.ts'
import { Pace } from './pace.ts'
import {
  gradientSlots,
  initProgram,
  predictionPrograms,
  type StepPrograms,
  trainPrograms,
} from './programs.ts'
import { inOrder } from './readers.ts'
import { FedRows, ResidentRows, type Samples } from './rows.ts'
import { countsOf } from './summary.ts'
import { stagesOf } from './walk.ts'

export interface CostOptions {
  /** Samples a step. Default 32. */
  batchSize?: number
  /** Samples of an epoch: gives `secondsPerEpoch`. */
  samples?: number
  /** Whether a few steps are run to take their time. Default true. */
  measure?: boolean
}

export interface Cost {
  readonly parameters: number
  readonly trainableParameters: number
  /** Floating-point operations of one training step: forward, backward and update. */
  readonly flopsPerStep: number
  /** Floating-point operations of a prediction, for each sample. */
  readonly flopsPerSample: number
  /** In the workers' memory, while training; the data set comes on top. */
  readonly bytes: {
    /** Intermediate values, by the plan. */
    readonly arena: number
    readonly weights: number
    /** What the optimizer keeps. */
    readonly slots: number
    readonly total: number
  }
  /** Measured milliseconds of a training step. */
  readonly msPerStep?: number
  /** From `msPerStep` and `samples`. */
  readonly secondsPerEpoch?: number
}

/**
 * Calls are made until so many have brought nothing: engines compile fast code while slow code
 * runs.
 */
const STALE_CALLS = 3
/** What counts as something. */
const GAIN = 0.95
const MOST_MS = 1500

/** Numbers that are neither all alike nor random: x·φ mod 1. */
const filler = (count: number, dtype: Dtype): Elements =>
  dtype === 'int32'
    ? new Int32Array(count)
    : Float32Array.from({ length: count }, (_, i) => (i * 0.618034) % 1)

const made = (batch: number, shape: BatchShape, dtype: Dtype): Tensor => {
  const full = [batch, ...(shape.slice(1) as number[])]
  return new Tensor(filler(sizeOf(full), dtype), full)
}

/** A batch like those that the model is trained on. */
const sampleBatch = (live: Live, batch: number): Samples => {
  const { network, compiled } = live.trained('cost')
  return {
    x: live.inputs.map(({ shape, dtype }) => made(batch, [null, ...shape], dtype)),
    y: network.outputs.map(({ shape }, i) => {
      const loss = compiled.tasks[i]?.loss
      return loss ? made(batch, loss.labelShape(shape), loss.labels) : made(batch, shape, 'float32')
    }),
  }
}

/** A session with first values of all variables; the model's own numbers stay where they are. */
const scratch = (live: Live): Session =>
  createSession({
    restore: async (session) => {
      const program = initProgram(live.kept, live.store.seed)
      await session.run({ steps: 1, stages: [{ program, feeds: {} }] })
    },
  })

const steeringAt = (live: Live) => ({ seed: live.store.seed, step: 0, rate: () => 0.001 })

/** Milliseconds of a step: the best of calls of many steps, when they get no faster any more. */
const measured = async (
  live: Live,
  session: Session,
  programs: StepPrograms,
  rows: ResidentRows,
): Promise<number> => {
  const pace = new Pace()
  const one = inOrder(programs.batch)
  let best = Number.POSITIVE_INFINITY
  const end = performance.now() + MOST_MS
  for (let stale = 0; stale < STALE_CALLS && performance.now() < end; stale++) {
    const steps = pace.next(1000)
    const order = new Int32Array(steps * one.length)
    for (let i = 0; i < steps; i++) order.set(one, i * one.length)
    const stages = stagesOf(programs, { rows, order, steps }, steeringAt(live))
    const began = performance.now()
    await session.run({ steps, stages, exchange: programs.exchange })
    const ms = performance.now() - began
    pace.took(steps, ms)
    if (ms / steps < GAIN * best) stale = -1
    best = Math.min(best, ms / steps)
  }
  return best
}

const measure = async (live: Live, session: Session, batch: number): Promise<number> => {
  const samples = sampleBatch(live, batch)
  const rows = new ResidentRows(samples)
  await rows.write(session, samples)
  const shards = live.shards ?? 1
  const slots = gradientSlots()
  const programs = trainPrograms(live.trained('cost'), rows, batch, shards, slots)
  return measured(live, session, programs, rows)
}

export const costOf = async (live: Live, options: CostOptions): Promise<Cost> => {
  checkOptions('cost', options, ['batchSize', 'samples', 'measure'])
  const batch = positiveWhole('cost', 'batchSize', options.batchSize ?? 32)
  const model = live.trained('cost')
  const rows = new FedRows(sampleBatch(live, batch))
  const step = trainPrograms(model, rows, batch, 1, live.gradientSlots)
  const inference = predictionPrograms(live.network, new FedRows({ x: sampleBatch(live, 1).x }), 1)
  const { total, trainable, optimizer } = countsOf(live)
  const session = scratch(live)
  try {
    const { program } = step.parts[0] as StepPrograms['parts'][number]
    const { arenaBytes } = await session.plan(program)
    const [weights, slots] = [4 * total, 4 * optimizer]
    const msPerStep = options.measure === false ? undefined : await measure(live, session, batch)
    return {
      parameters: total,
      trainableParameters: trainable,
      flopsPerStep: program.flops,
      flopsPerSample: inference.parts[0]?.program.flops ?? 0,
      bytes: { arena: arenaBytes, weights, slots, total: arenaBytes + weights + slots },
      ...(msPerStep === undefined ? {} : timesOf(msPerStep, batch, options.samples)),
    }
  } finally {
    await session.dispose()
  }
}

const timesOf = (msPerStep: number, batch: number, samples: number | undefined) => ({
  msPerStep,
  ...(samples === undefined
    ? {}
    : { secondsPerEpoch: (msPerStep / 1000) * Math.ceil(samples / batch) }),
})
