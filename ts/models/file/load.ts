// Reads a model from a safetensors file. Everything is checked against the topology before the
// model is made; errors name the file, the tensor and the layer.

import { type ErrorCode, GradloomError } from '../../errors.ts'
import { type FileSource, readBytes } from '../../io/files.ts'
import { readSafetensors, type TensorFile } from '../../io/safetensors.ts'
import type { Loss } from '../../losses/loss.ts'
import { lossFromConfig } from '../../losses/registry.ts'
import { metricFromConfig } from '../../metrics/registry.ts'
import { optimizerFromConfig } from '../../optimizers/registry.ts'
import { core } from '../../runtime/core.ts'
import { isSaved } from '../../saved.ts'
import { type Elements, sameShape, showShape } from '../../shape.ts'
import type { Tensor } from '../../tensor.ts'
import { Compiled } from '../compiled.ts'
import type { Entry } from '../history.ts'
import { Live } from '../live.ts'
import type { Network } from '../network.ts'
import type { Kept } from '../store.ts'
import {
  CALLBACKS,
  type Compilation,
  EPOCHS,
  FORMAT,
  FORMAT_VERSION,
  numberFromJson,
  PLAIN_VERSION,
  SEED,
  STEP,
} from './format.ts'
import { isNetwork, networkFrom } from './networks.ts'

/** A file under way, for messages. */
export interface Opened extends TensorFile {
  readonly name: string
}

type Revive = (key: string, value: unknown) => unknown

const bad = (file: Opened, problem: string, cause?: unknown): GradloomError =>
  new GradloomError('file-format', `${file.name}: ${problem}`, { subject: file.name, cause })

/** `undefined` where the metadata has no such key. */
export const jsonOf = (file: Opened, key: string, revive?: Revive): unknown => {
  const text = file.metadata.get(key)
  if (text === undefined) return undefined
  try {
    return JSON.parse(text, revive)
  } catch (cause) {
    throw bad(file, `'${key}' in its metadata is not JSON`, cause)
  }
}

/** Errors in the description of a model are errors of the file. */
const described = <T>(file: Opened, what: string, call: () => T): T => {
  try {
    return call()
  } catch (error) {
    if (error instanceof GradloomError && error.code === 'not-initialized') throw error
    const code: ErrorCode =
      error instanceof GradloomError && error.code === 'unknown-name'
        ? 'unknown-name'
        : 'file-format'
    const message = `${file.name}: ${what}: ${(error as Error).message}`
    throw new GradloomError(code, message, { subject: file.name, cause: error })
  }
}

const mustBeModel = (file: Opened): void => {
  const format = file.metadata.get('format')
  const version = file.metadata.get('version')
  if (format !== FORMAT) {
    throw bad(
      file,
      'holds no Gradloom model: its metadata has no topology; use a file of model.save()',
    )
  }
  if (version === FORMAT_VERSION || version === PLAIN_VERSION) return
  throw bad(
    file,
    `was written in version ${version} of the format; this Gradloom reads versions 1 and 2`,
  )
}

const networkOf = (file: Opened): { name: string; network: Network } => {
  const topology = jsonOf(file, 'model')
  const { type, name } = (topology ?? {}) as { type?: unknown; name?: unknown }
  if (typeof type !== 'string' || typeof name !== 'string' || !isNetwork(type, topology)) {
    throw bad(file, "'model' in its metadata describes no model")
  }
  return described(file, 'the model', () => ({ name, network: networkFrom(type, topology) }))
}

const isCompilation = (x: unknown): x is Compilation => {
  const { optimizer, loss, losses, metrics } = (x ?? {}) as { [K in keyof Compilation]?: unknown }
  const isCompared = Array.isArray(losses) ? losses.every((y) => !y || isSaved(y)) : isSaved(loss)
  return isSaved(optimizer) && isCompared && Array.isArray(metrics) && metrics.every(isSaved)
}

const compiledOf = (file: Opened, outputs: number): Compiled | undefined => {
  const saved = jsonOf(file, 'compile')
  if (saved === undefined) return undefined
  if (!isCompilation(saved)) throw bad(file, "'compile' in its metadata is incomplete")
  return described(file, 'the compilation', () => {
    const metrics = (weighted: boolean) =>
      Array.from({ length: outputs }, (_, i) =>
        saved.metrics
          .filter((metric) => metric.weighted === weighted && (metric.output ?? 0) === i)
          .map(({ type, config }) => metricFromConfig(type, config)),
      )
    const losses = (saved.losses ?? [saved.loss ?? null]).map(
      (loss) => loss && lossFromConfig(loss.type, loss.config),
    )
    const one = outputs === 1
    return new Compiled({
      optimizer: optimizerFromConfig(saved.optimizer.type, saved.optimizer.config),
      loss: one ? (losses[0] as Loss) : losses,
      ...(saved.lossWeights ? { lossWeights: saved.lossWeights } : {}),
      metrics: one ? (metrics(false)[0] ?? []) : metrics(false),
      weightedMetrics: one ? (metrics(true)[0] ?? []) : metrics(true),
    })
  })
}

const shown = (x: { dtype: string; shape: readonly number[] }): string =>
  `${x.dtype} ${showShape(x.shape)}`

/** `layer "dense", variable "kernel"` */
const placeOf = (path: string): string => {
  const parts = path.split('/')
  return path.startsWith('optimizer/') && parts.length !== 2
    ? `optimizer slot "${path}"`
    : `layer "${parts.slice(0, -1).join('/')}", variable "${parts.at(-1)}"`
}

const tensorFor = (file: Opened, { path, variable }: Kept): Elements => {
  const tensor = file.tensors.get(path)
  if (!tensor) throw bad(file, `tensor "${path}" is missing (${placeOf(path)}, ${shown(variable)})`)
  const fits = tensor.dtype === variable.dtype && sameShape(tensor.shape, variable.shape)
  if (fits) return tensor.elements
  throw bad(
    file,
    `tensor "${path}" is ${shown(tensor)}, but ${placeOf(path)} takes ${shown(variable)}`,
  )
}

const mustHaveNoOthers = (file: Opened, kept: readonly Kept[]): void => {
  const known = new Set([...kept.map(({ path }) => path), SEED, STEP, EPOCHS])
  for (const name of file.tensors.keys()) {
    if (!known.has(name) && !name.startsWith(CALLBACKS))
      throw bad(file, `tensor "${name}" belongs to no layer of the model`)
  }
}

const words = (file: Opened, name: string, count: number): number[] => {
  const tensor: Tensor | undefined = file.tensors.get(name)
  if (tensor?.dtype === 'int32' && tensor.size === count) return [...tensor.elements]
  throw bad(file, `tensor "${name}" is missing, or not ${count} of int32`)
}

const restorePosition = (file: Opened, live: Live): void => {
  const [low, high] = words(file, SEED, 2) as [number, number]
  const [step] = words(file, STEP, 1) as [number]
  const [epochs] = words(file, EPOCHS, 1) as [number]
  if (step < 0 || epochs < 0) throw bad(file, 'its position in training is negative')
  live.store.seed = [low >>> 0, high >>> 0]
  live.store.moveTo({ step, epochs })
}

/** One epoch of a saved history; `undefined` if it is none. */
const entryOf = (x: unknown): Entry | undefined => {
  const { epoch, logs } = (x ?? {}) as { epoch?: unknown; logs?: unknown }
  if (!Number.isInteger(epoch) || typeof logs !== 'object' || logs === null) return undefined
  const numbers = Object.entries(logs).map(
    ([name, value]) => [name, numberFromJson(value)] as const,
  )
  if (numbers.some(([, value]) => value === undefined)) return undefined
  return { epoch: epoch as number, logs: Object.fromEntries(numbers) as Entry['logs'] }
}

const restoreHistory = (file: Opened, live: Live): void => {
  const saved = (jsonOf(file, 'history') ?? {}) as { epochs?: unknown; shards?: unknown }
  const entries = Array.isArray(saved.epochs) ? saved.epochs.map(entryOf) : [undefined]
  if (entries.includes(undefined)) throw bad(file, "'history' in its metadata is not a history")
  live.entries = entries as Entry[]
  const { shards } = saved
  if (Number.isInteger(shards) && (shards as number) > 0) live.shards = shards as number
}

const opened = async (source: FileSource): Promise<Opened> => {
  const { bytes, name } = await readBytes(source)
  const file = { ...readSafetensors(bytes, name), name }
  mustBeModel(file)
  return file
}

/** Gives the model the numbers, the position and the history of the file. */
const restore = async (file: Opened, live: Live): Promise<void> => {
  mustHaveNoOthers(file, live.kept)
  const values = live.kept.map((kept) => [kept.variable.key, tensorFor(file, kept)] as const)
  restorePosition(file, live)
  restoreHistory(file, live)
  await live.store.set(new Map(values))
}

/** Puts what a file of the same model holds into `live`; resolves to the file. */
export const readInto = async (live: Live, source: FileSource): Promise<Opened> => {
  const file = await opened(source)
  await restore(file, live)
  return file
}

/** The model of a file, with its numbers waiting for the first run. */
export const readModel = async (source: FileSource): Promise<Live> => {
  core()
  const file = await opened(source)
  const { name: modelName, network } = networkOf(file)
  const live = new Live(modelName, network)
  const compiled = compiledOf(file, Math.max(1, network.outputs.length))
  if (compiled) described(file, 'the compilation', () => live.compile(compiled))
  await restore(file, live)
  return live
}
