// The outputs of a model for samples without labels.

import type { AnyBatch } from '../data/batch.ts'
import type { Dataset, StreamDataset } from '../data/dataset.ts'
import { type Elements, sizeOf } from '../shape.ts'
import { Tensor } from '../tensor.ts'
import { asDataset, type DatasetLike, isDatasetLike, readOnce } from './fit/sources.ts'
import type { Live } from './live.ts'
import type { Loaded } from './program-cache.ts'
import { predictionOutput, predictionPrograms } from './programs.ts'
import type { Reader } from './readers.ts'
import { FedRows, type Rows } from './rows.ts'
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
  data: Dataset | undefined,
  inputs: readonly Tensor[],
  batchSize: number,
  signal?: AbortSignal,
): Reader =>
  data?.kind === 'stream'
    ? streamed(live, data, signal)
    : readOnce(live, { x: inputs }, batchSize).open(0, 0)

const joined = (parts: readonly Elements[]): Elements => {
  const [first] = parts as [Elements]
  if (parts.length === 1) return first
  const kind = first.constructor as new (n: number) => Elements
  const all = new kind(parts.reduce((n, part) => n + part.length, 0))
  let at = 0
  for (const part of parts) {
    all.set(part as Float32Array, at)
    at += part.length
  }
  return all
}

const programsFor = (live: Live, rows: Rows, batch: number): Loaded =>
  live.programs.get(`prediction ${batch} ${rows.key}`, () =>
    predictionPrograms(live.network, rows, batch),
  )

type Records = Readonly<Record<string, Elements>>[]

/** As `walked`, of samples that make a single batch: nothing is read, cut or joined. */
const atOnce = async (
  live: Live,
  inputs: readonly Tensor[],
  count: number,
  signal?: AbortSignal,
): Promise<Records> => {
  const rows = new FedRows({ x: inputs })
  const { parts, pure } = programsFor(live, rows, count).programs
  const wait = live.ready(live.network.placed)
  if (wait) await wait
  const feeds = rows.allFeeds()
  const stages = parts.map(({ program }) => ({ program, feeds }))
  const result = await live.store.session.run({ steps: 1, stages, pure, signal })
  if (result.stopped === 'aborted') throw aborted('predict', signal)
  return [...result.outputs]
}

const walked = async (live: Live, reader: Reader, signal?: AbortSignal): Promise<Records> => {
  const records: Records = []
  const programs = (rows: Rows, batch: number): Loaded => programsFor(live, rows, batch)
  for await (const { result } of walk({ live, reader, programs, signal })) {
    if (result.stopped === 'aborted') throw aborted('predict', signal)
    records.push(result.outputs[0] ?? {})
  }
  return records
}

/** xs: [N, ...] → the network's outputs: [N, ...] each */
export const predict = async (
  live: Live,
  x: Inputs | DatasetLike,
  batchSize: number,
  signal?: AbortSignal,
): Promise<Tensor[]> => {
  live.mustLive()
  const data = isDatasetLike(x) ? asDataset(x) : undefined
  const inputs = data?.kind === 'stream' ? [] : inputsOf(live, data ? data.x : (x as Inputs))
  const count = inputs[0]?.shape[0] ?? Number.POSITIVE_INFINITY
  const records =
    count <= batchSize
      ? await atOnce(live, inputs, count, signal)
      : await walked(live, readerOf(live, data, inputs, batchSize, signal), signal)
  return live.network.outputs.map(({ shape }, i) => {
    const parts = records.map((record) => record[predictionOutput(i)] as Elements)
    const all = joined(parts)
    const each = shape.slice(1) as number[]
    return new Tensor(all, [all.length / sizeOf(each), ...each])
  })
}
