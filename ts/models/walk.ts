// Runs programs over a reader, call by call, and yields what each call brought. What a step means
// is its caller's business.

import { GradloomError } from '../errors.ts'
import type { Program } from '../graph.ts'
import { RNG } from '../layers/pass.ts'
import type { Feeds, SessionResult, SessionStage } from '../runtime/session.ts'
import type { Live } from './live.ts'
import type { Loaded } from './program-cache.ts'
import { LEARNING_RATE, type StepPrograms } from './programs.ts'
import type { Reader, Stretch } from './readers.ts'
import type { Rows } from './rows.ts'
import { rngWords, type Seed } from './seed.ts'

/**
 * Most bytes of samples that are sent with one call: more saves no time, and the workers must hold
 * them.
 */
const MOST_BYTES = 2 ** 22

/** What training adds to the samples. */
export interface Steering {
  readonly seed: Seed
  /** Number of the first step. */
  readonly step: number
  /** Learning rate of a step. */
  readonly rate: (step: number) => number
}

export interface Walk {
  readonly live: Live
  readonly reader: Reader
  programs(rows: Rows, batch: number): Loaded
  /** Asked before each call; absent where nothing is trained. */
  steering?(): Steering
  /** One step a call. */
  readonly single?: boolean
  /** Called before each call. */
  before?(): Promise<void>
  /** Asked before each call. */
  guard?(): boolean
  readonly signal?: AbortSignal | undefined
}

/** What a call brought. */
export interface Walked {
  readonly result: SessionResult
  readonly programs: StepPrograms
}

/** The numbers of samples `from..to` of each step. */
const cut = (order: Int32Array, batch: number, from: number, to: number): Int32Array => {
  const size = to - from
  if (size === batch) return order
  const steps = order.length / batch
  const part = new Int32Array(steps * size)
  for (let i = 0; i < steps; i++) {
    part.set(order.subarray(i * batch + from, i * batch + to), i * size)
  }
  return part
}

const rngOf = ({ seed, step }: Steering, steps: number, row: number): Int32Array => {
  const words = new Int32Array(4 * steps)
  for (let i = 0; i < steps; i++) words.set(rngWords(seed, step + i, row), 4 * i)
  return words
}

const ratesOf = ({ step, rate }: Steering, steps: number): Float32Array => {
  const rates = new Float32Array(steps)
  for (let i = 0; i < steps; i++) rates[i] = rate(step + i)
  return rates
}

/** What the program takes of the step's steering. `row`: the first sample of the part. */
const steeringFeeds = (
  { inputs }: Program,
  steering: Steering | undefined,
  steps: number,
  row: number,
): Feeds => {
  if (!steering) return {}
  const takes = (wanted: string): boolean => inputs.some(({ name }) => name === wanted)
  return {
    ...(takes(RNG) ? { [RNG]: { data: rngOf(steering, steps, row), perStep: true } } : {}),
    ...(takes(LEARNING_RATE)
      ? { [LEARNING_RATE]: { data: ratesOf(steering, steps), perStep: true } }
      : {}),
  }
}

/** The programs of a step with their feeds. */
export const stagesOf = (
  { parts, update, batch }: StepPrograms,
  { rows, order, steps }: Stretch,
  steering?: Steering,
): SessionStage[] => {
  const stages = parts.map(({ program, from, to }) => ({
    program,
    feeds: {
      ...rows.feeds(cut(order, batch, from, to)),
      ...steeringFeeds(program, steering, steps, from),
    },
  }))
  if (!update) return stages
  return [...stages, { program: update, feeds: steeringFeeds(update, steering, steps, 0) }]
}

/** Most steps of a call by the bytes that travel with it. */
const mostByBytes = (rows: Rows, batch: number): number =>
  Math.max(1, Math.floor(MOST_BYTES / (rows.bytesPerSample * batch)))

/** Call after call until the reader ends, a call is stopped, or the caller has enough. */
export async function* walk(options: Walk): AsyncGenerator<Walked, void, undefined> {
  const { live, reader, signal } = options
  try {
    for (;;) {
      const ahead = await reader.ahead()
      if (!ahead) return
      const { programs, pace } = options.programs(ahead.rows, ahead.batch)
      const most = Math.min(ahead.most, mostByBytes(ahead.rows, ahead.batch))
      let stretch = await reader.take(options.single ? 1 : pace.next(most))
      // A run that a loss ends which is not finite leaves the rest of its steps to the next one.
      while (stretch.steps > 0) {
        // The first samples of a stream may have built the network.
        await live.ready()
        await options.before?.()
        const steering = options.steering?.()
        const began = performance.now()
        const result = await live.store.session.run({
          steps: stretch.steps,
          stages: stagesOf(programs, stretch, steering),
          exchange: programs.exchange,
          guard: options.guard?.() ?? false,
          pure: programs.pure,
          signal,
        })
        pace.took(result.steps, performance.now() - began)
        yield { result, programs }
        if (result.stopped === 'aborted') return
        stretch = {
          ...stretch,
          order: stretch.order.subarray(result.steps * ahead.batch),
          steps: stretch.steps - result.steps,
        }
      }
    }
  } finally {
    await reader.close()
  }
}

export const aborted = (what: string, signal: AbortSignal | undefined): GradloomError =>
  new GradloomError('aborted', `${what}: aborted by its signal; the model stays usable.`, {
    cause: signal?.reason,
  })
