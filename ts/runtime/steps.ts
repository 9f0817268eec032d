// The ways to walk the steps of a run on one instance of the core: in one go, where a flag in
// shared memory can stop it, or in slices, between which messages are heard.

import type { RunResult } from './protocol.ts'
import type { Run } from './records.ts'

export type Stopped = RunResult['stopped']

/** How far a run came. */
export interface Walked {
  readonly steps: number
  readonly stopped: Stopped
}

/** How to be stopped between slices. */
export interface Breath {
  nextTask(): Promise<void>
  /** A call to stop has come. */
  aborted(): boolean
  /** When the last one was taken (`performance.now()`), in this run or one before. */
  taken: number
}

/** A slice should take about this long: a page stays smooth, a call to stop is heard soon. */
const SLICE_MS = 8

const reasons: readonly Stopped[] = ['done', 'aborted', 'non-finite']

/** Why the core ended its last run. */
export const stopReason = (run: Run): Stopped => reasons[run.session.stopReason()] ?? 'done'

/**
 * Steps of the next slice, after `steps` took `ms`. Grows at most fourfold: first steps are slow.
 */
export const nextSlice = (steps: number, ms: number): number =>
  Math.max(1, Math.min(4 * steps, Math.floor((steps * SLICE_MS) / Math.max(ms, 0.01))))

/** All steps in one call of the core. */
export const inOneGo = (run: Run): Walked => {
  const steps = run.session.run(run.programs(), 0, run.steps, run.guard)
  return { steps, stopped: stopReason(run) }
}

/**
 * Slice after slice, taking breath about every `SLICE_MS`. `allowed` gives the size of each slice;
 * 0 ends the run.
 */
export const inSlices = async (
  run: Run,
  breath: Breath,
  allowed: (wanted: number) => number | Promise<number> = (wanted) =>
    breath.aborted() ? 0 : wanted,
): Promise<Walked> => {
  const programs = run.programs()
  let [done, slice] = [0, 1]
  while (done < run.steps) {
    const answer = allowed(Math.min(slice, run.steps - done))
    const count = typeof answer === 'number' ? answer : await answer
    if (count === 0) return { steps: done, stopped: 'aborted' }
    const began = performance.now()
    done += run.session.run(programs, done, count, run.guard)
    if (stopReason(run) === 'non-finite') return { steps: done, stopped: 'non-finite' }
    const now = performance.now()
    slice = nextSlice(count, now - began)
    // Also at the end: short runs that follow one another would else leave timers no turn.
    if (now - breath.taken >= SLICE_MS / 2) {
      await breath.nextTask()
      breath.taken = performance.now()
    }
  }
  return { steps: done, stopped: 'done' }
}
