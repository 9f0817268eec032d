// Loss and metrics of a model on samples that it is not trained on.

import type { Logs } from '../callbacks/callback.ts'
import type { Source } from './fit/sources.ts'
import type { Live } from './live.ts'
import { evaluationPrograms } from './programs.ts'
import { Totals } from './totals.ts'
import { aborted, walk } from './walk.ts'

export interface Evaluation {
  readonly source: Source
  readonly epoch?: number
  readonly signal?: AbortSignal | undefined
  /** Before each name in the logs. */
  readonly prefix?: string
}

/** One pass over `source`. */
export const evaluate = async (
  live: Live,
  what: string,
  { source, epoch = 0, signal, prefix = '' }: Evaluation,
): Promise<Logs> => {
  const model = live.trained(what)
  const totals = new Totals(model.compiled)
  const calls = walk({
    live,
    reader: source.open(epoch, epoch, signal),
    programs: (rows, batch) =>
      live.programs.get(`evaluation ${batch} ${rows.key}`, () =>
        evaluationPrograms(model, rows, batch),
      ),
    signal,
  })
  for await (const { result, programs } of calls) {
    totals.add(result, programs.batch, programs.parts.length)
    if (result.stopped === 'aborted') throw aborted(what, signal)
  }
  return totals.logs(prefix)
}
