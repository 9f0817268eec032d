// Writes a model into one safetensors file: weights, optimizer slots and position as tensors;
// topology, compilation and history as JSON in the metadata.

import { toBlob, writeBytes } from '../../io/files.ts'
import { writeSafetensors } from '../../io/safetensors.ts'
import { saved } from '../../saved.ts'
import { Tensor } from '../../tensor.ts'
import type { Live } from '../live.ts'
import { Nested } from '../nested.ts'
import {
  type Compilation,
  EPOCHS,
  FORMAT,
  FORMAT_VERSION,
  numberToJson,
  PLAIN_VERSION,
  type SavedHistory,
  SEED,
  STEP,
  type Topology,
} from './format.ts'

const topologyOf = ({ name, network }: Live): Topology => ({
  type: network.type,
  name,
  ...network.topology(),
})

const compilationOf = ({ compiled }: Live): Compilation | undefined => {
  if (!compiled) return undefined
  const { optimizer, metrics, tasks } = compiled
  const losses = tasks.map(({ loss }) => (loss ? saved(loss) : null))
  const [only] = losses
  return {
    optimizer: saved(optimizer),
    ...(losses.length === 1 && only
      ? { loss: only }
      : { losses, lossWeights: tasks.map(({ weight }) => weight) }),
    metrics: metrics.map(({ metric, weighted, output }) => ({
      ...saved(metric),
      weighted,
      ...(output === 0 ? {} : { output }),
    })),
  }
}

/** Files that the first version can read say so. */
const versionOf = ({ network, compiled }: Live): string => {
  const isPlain = network.type === 'sequential' && !network.layers.some((x) => x instanceof Nested)
  return isPlain && (compiled?.tasks[0]?.weight ?? 1) === 1 ? PLAIN_VERSION : FORMAT_VERSION
}

const historyOf = ({ entries, shards }: Live): SavedHistory => ({
  epochs: entries.map(({ epoch, logs }) => ({
    epoch,
    logs: Object.fromEntries(
      Object.entries(logs).map(([name, value]) => [name, numberToJson(value)]),
    ),
  })),
  shards: shards ?? null,
})

const metadataOf = (live: Live): [string, string][] => {
  const compilation = compilationOf(live)
  return [
    ['format', FORMAT],
    ['version', versionOf(live)],
    ['model', JSON.stringify(topologyOf(live))],
    ...(compilation ? [['compile', JSON.stringify(compilation)] as [string, string]] : []),
    ['history', JSON.stringify(historyOf(live))],
  ]
}

const positionOf = ({ store }: Live): [string, Tensor][] => {
  const word = (x: number): Tensor => new Tensor(Int32Array.of(x), [])
  return [
    [SEED, new Tensor(Int32Array.from(store.seed), [2])],
    [STEP, word(store.position.step)],
    [EPOCHS, word(store.position.epochs)],
  ]
}

/** What a backup adds to a model's file. */
export interface Extras {
  readonly tensors: readonly [string, Tensor][]
  readonly metadata: readonly [string, string][]
}

const NONE: Extras = { tensors: [], metadata: [] }

/** The bytes of the model's file. */
const bytesOf = async (live: Live, extras = NONE): Promise<Uint8Array<ArrayBuffer>> => {
  live.mustLive()
  await live.ready()
  const { kept } = live
  const values = await live.store.snapshot()
  const tensors = kept.map(({ variable, path }): [string, Tensor] => {
    const elements = values.get(variable.key) as Float32Array
    return [path, new Tensor(elements, variable.shape)]
  })
  return writeSafetensors(
    [...tensors, ...positionOf(live), ...extras.tensors],
    [...metadataOf(live), ...extras.metadata],
  )
}

/** Writes the file: atomically in Node, as a download in a page. */
export const saveModel = async (live: Live, path: string, extras?: Extras): Promise<void> =>
  writeBytes(path, await bytesOf(live, extras))

export const modelBlob = async (live: Live): Promise<Blob> => toBlob(await bytesOf(live))
