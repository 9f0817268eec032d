// Reads ahead: while a batch is computed, the next ones are already being made. Bounded, in order,
// and the source is closed whichever way the reading ends.

import { GradloomError } from '../errors.ts'

type Source<T> = Iterator<T> | AsyncIterator<T>
type Step<T> = IteratorResult<T>

/**
 * Yields what `source` yields, at most `depth` values ahead of the reader. `next` is never called
 * again before the last call has settled. When `signal` fires, the waiting reader gets an `aborted`
 * error.
 */
export async function* prefetch<T>(
  source: Source<T>,
  depth: number,
  signal?: AbortSignal,
): AsyncGenerator<T, void, undefined> {
  const queue: Promise<Step<T>>[] = []
  let last: Promise<Step<T>> = Promise.resolve({ done: false, value: undefined as T })
  let ended = false
  const next = async (before: Step<T>): Promise<Step<T>> => {
    if (before.done || ended) return { done: true, value: undefined }
    const step = await source.next()
    ended ||= step.done === true
    return step
  }
  const readOne = (): void => {
    last = last.then(next)
    last.catch(() => {
      ended = true
    })
    queue.push(last)
  }
  try {
    for (let i = 0; i < Math.max(1, depth); i++) readOne()
    while (true) {
      const step = await unlessAborted(queue.shift() as Promise<Step<T>>, signal)
      if (step.done) return
      readOne()
      yield step.value
    }
  } finally {
    const open = !ended
    ended = true
    if (open) await close(source, signal)
  }
}

/** After an abort nobody waits: the source may owe a value that never comes. */
const close = async <T>(source: Source<T>, signal: AbortSignal | undefined): Promise<void> => {
  const closed = Promise.resolve(source.return?.())
  if (signal?.aborted) closed.catch(() => {})
  else await closed
}

const abortedError = ({ reason }: AbortSignal): GradloomError =>
  reason instanceof GradloomError
    ? reason
    : new GradloomError('aborted', 'dataset: aborted while waiting for a batch', { cause: reason })

/** What `value` settles to, unless `signal` fires first. */
export const unlessAborted = async <T>(
  value: Promise<T>,
  signal: AbortSignal | undefined,
): Promise<T> => {
  if (!signal) return value
  if (signal.aborted) {
    value.catch(() => {})
    throw abortedError(signal)
  }
  let stop: (() => void) | undefined
  const aborted = new Promise<never>((_, reject) => {
    stop = () => reject(abortedError(signal))
    signal.addEventListener('abort', stop, { once: true })
  })
  return Promise.race([value, aborted]).finally(() => {
    if (stop) signal.removeEventListener('abort', stop)
  })
}
