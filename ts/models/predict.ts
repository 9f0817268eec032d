// The outputs of a model for samples without labels.

import type { AnyBatch } from '../data/batch.ts'
import type { StreamDataset } from '../data/dataset.ts'
import type { Elements } from '../shape.ts'
import { Tensor } from '../tensor.ts'
import { asDataset, type DatasetLike, isDatasetLike, readOnce } from './fit/sources.ts'
import type { Live } from './live.ts'
import { predictionOutput, predictionPrograms } from './programs.ts'
import type { Reader } from './readers.ts'
import { inputsOf } from './samples.ts'
import type { Inputs } from './several.ts'
import { StreamReader } from './stream-reader.ts'
import { aborted, walk } from './walk.ts'

const streamed = (live: Live, stream: StreamDataset, signal?: AbortSignal): Reader =>
  new StreamReader(
    (ends) => stream.batches(0, ends),
    ({ x }: AnyBatch) => ({ x: inputsOf(live, x) }),
    [signal, live.ended],
  )

const readerOf = (
  live: Live,
  x: Inputs | DatasetLike,
  batchSize: number,
  signal?: AbortSignal,
): Reader => {
  const data = isDatasetLike(x) ? asDataset(x) : undefined
  if (data?.kind === 'stream') return streamed(live, data, signal)
  const inputs = inputsOf(live, data ? data.x : (x as Inputs))
  return readOnce(live, { x: inputs }, batchSize).open(0, 0)
}

const joined = (parts: readonly Elements[]): Elements => {
  const [first] = parts as [Elements]
  const kind = first.constructor as new (n: number) => Elements
  const all = new kind(parts.reduce((n, part) => n + part.length, 0))
  let at = 0
  for (const part of parts) {
    all.set(part as Float32Array, at)
    at += part.length
  }
  return all
}

/** xs: [N, ...] → the network's outputs: [N, ...] each */
export const predict = async (
  live: Live,
  x: Inputs | DatasetLike,
  batchSize: number,
  signal?: AbortSignal,
): Promise<Tensor[]> => {
  live.mustLive()
  const reader = readerOf(live, x, batchSize, signal)
  const records: Readonly<Record<string, Elements>>[] = []
  let samples = 0
  const calls = walk({
    live,
    reader,
    programs: (rows, batch) =>
      live.programs.get(`prediction ${batch} ${rows.key}`, () =>
        predictionPrograms(live.network, rows, batch),
      ),
    signal,
  })
  for await (const { result, programs } of calls) {
    if (result.stopped === 'aborted') throw aborted('predict', signal)
    samples += result.steps * programs.batch
    records.push(result.outputs[0] ?? {})
  }
  return live.network.outputs.map(({ shape }, i) => {
    const parts = records.map((record) => record[predictionOutput(i)] as Elements)
    return new Tensor(joined(parts), [samples, ...(shape.slice(1) as number[])])
  })
}
