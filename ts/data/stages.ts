// The steps of a pipeline of samples, as generators over what comes before them. Each pulls only
// what it needs, and closes its source whichever way the reading ends.

import { type Draws, drawsOf } from './random.ts'

type Source<T> = AsyncIterable<T>
type Flow<T> = AsyncGenerator<T, void, undefined>

/** What a source yields, once; the source is closed if the reader leaves. */
export async function* drain<T>(source: Iterator<T> | AsyncIterator<T>): Flow<T> {
  let open = true
  try {
    while (true) {
      open = false
      const step = await source.next()
      if (step.done) return
      open = true
      yield step.value
    }
  } finally {
    if (open) await source.return?.()
  }
}

export async function* map<T, U>(
  source: Source<T>,
  call: (value: T, index: number) => U | Promise<U>,
): Flow<U> {
  let index = 0
  for await (const value of source) yield await call(value, index++)
}

export async function* filter<T>(
  source: Source<T>,
  keep: (value: T, index: number) => boolean | Promise<boolean>,
): Flow<T> {
  let index = 0
  for await (const value of source) if (await keep(value, index++)) yield value
}

/** At most `size` values wait; each place of the order is drawn among them. */
export async function* shuffled<T>(source: Source<T>, size: number, draw: Draws): Flow<T> {
  const waiting: T[] = []
  const draw1 = (): T => {
    const at = draw(waiting.length)
    const value = waiting[at] as T
    waiting[at] = waiting[waiting.length - 1] as T
    waiting.pop()
    return value
  }
  for await (const value of source) {
    waiting.push(value)
    if (waiting.length >= size) yield draw1()
  }
  while (waiting.length > 0) yield draw1()
}

/** Runs of `size` values, each `shift` after the one before, of every `stride`-th value. */
export async function* windows<T>(
  source: Source<T>,
  size: number,
  { shift = size, stride = 1, dropRemainder = false }: WindowOptions,
): Flow<T[]> {
  const span = (size - 1) * stride + 1
  const cut = (): T[] => waiting.filter((_, i) => i % stride === 0).slice(0, size)
  let waiting: T[] = []
  let skip = 0
  for await (const value of source) {
    if (skip > 0) skip--
    else waiting.push(value)
    if (waiting.length < span) continue
    yield cut()
    skip = Math.max(0, shift - waiting.length)
    waiting = waiting.slice(shift)
  }
  for (; !dropRemainder && waiting.length > 0; waiting = waiting.slice(shift)) yield cut()
}

export interface WindowOptions {
  /** Values from the start of one window to that of the next. Default: the window's size. */
  shift?: number
  /** Values from one of a window to the next. Default 1. */
  stride?: number
  /** Leaves out the windows at the end that are not full. Default false. */
  dropRemainder?: boolean
}

/** Values `from..to` of the source; the source is closed at `to`, and not asked for more. */
export async function* slice<T>(source: Source<T>, from: number, to: number): Flow<T> {
  let index = 0
  if (to <= from) return
  for await (const value of source) {
    if (index++ >= from) yield value
    if (index >= to) return
  }
}

/** All of each source after the other. */
export async function* chained<T>(open: (pass: number) => Source<T> | undefined): Flow<T> {
  for (let pass = 0; ; pass++) {
    const source = open(pass)
    if (!source) return
    let some = false
    for await (const value of source) {
      some = true
      yield value
    }
    if (!some && pass > 0) return
  }
}

/** One value of each, until the first ends; then all are closed. */
export async function* zipped(sources: readonly Source<unknown>[]): Flow<unknown[]> {
  const flows = sources.map((source) => source[Symbol.asyncIterator]())
  try {
    while (true) {
      const values: unknown[] = []
      for (const flow of flows) {
        const step = await flow.next()
        if (step.done) return
        values.push(step.value)
      }
      yield values
    }
  } finally {
    await Promise.all(flows.map((flow) => flow.return?.()))
  }
}

/** Keeps the values of the first whole pass and gives those from then on. */
export const cached = <T>(open: (epoch: number) => Source<T>): ((epoch: number) => Flow<T>) => {
  let kept: readonly T[] | undefined
  return async function* (epoch) {
    if (kept) return yield* kept
    const seen: T[] = []
    for await (const value of open(epoch)) {
      seen.push(value)
      yield value
    }
    kept ??= seen
  }
}

/** The draws of one pass; the same in every pass unless `reshuffle`. */
export const drawsFor = (seed: number, epoch: number, reshuffle: boolean): Draws =>
  drawsOf(seed, reshuffle ? epoch : 0)
