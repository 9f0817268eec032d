// Reads a model from a safetensors file. Everything is checked against the topology before the
// model is made; errors name the file, the tensor and the layer.

import { type ErrorCode, GradloomError } from '../../errors.ts'
import { type FileSource, readBytes } from '../../io/files.ts'
import { readSafetensors, type TensorFile } from '../../io/safetensors.ts'
import { layerFromConfig } from '../../layers/registry.ts'
import { lossFromConfig } from '../../losses/registry.ts'
import { metricFromConfig } from '../../metrics/registry.ts'
import { optimizerFromConfig } from '../../optimizers/registry.ts'
import { core } from '../../runtime/core.ts'
import { isSaved } from '../../saved.ts'
import { type Elements, sameShape, showShape } from '../../shape.ts'
import type { Tensor } from '../../tensor.ts'
import { Chain } from '../chain.ts'
import { Compiled } from '../compiled.ts'
import type { Entry } from '../history.ts'
import { Live } from '../live.ts'
import type { Kept } from '../store.ts'
import {
  type Compilation,
  EPOCHS,
  FORMAT,
  FORMAT_VERSION,
  numberFromJson,
  SEED,
  STEP,
  type Topology,
} from './format.ts'

/** A file under way, for messages. */
interface Opened extends TensorFile {
  readonly name: string
}

const bad = (file: Opened, problem: string, cause?: unknown): GradloomError =>
  new GradloomError('file-format', `${file.name}: ${problem}`, { subject: file.name, cause })

const jsonOf = (file: Opened, key: string): unknown => {
  const text = file.metadata.get(key)
  if (text === undefined) return undefined
  try {
    return JSON.parse(text)
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
  if (version === FORMAT_VERSION) return
  throw bad(file, `was written in version ${version} of the format; this Gradloom reads version 1`)
}

const isWholeList = (x: unknown): x is number[] =>
  Array.isArray(x) && x.every((d) => Number.isInteger(d) && d > 0)

const isTopology = (x: unknown): x is Topology => {
  const { type, name, inputShape, layers } = (x ?? {}) as { [K in keyof Topology]?: unknown }
  return (
    type === 'sequential' &&
    typeof name === 'string' &&
    (inputShape === null || isWholeList(inputShape)) &&
    Array.isArray(layers) &&
    layers.every(isSaved)
  )
}

const networkOf = (file: Opened): { name: string; network: Chain } => {
  const topology = jsonOf(file, 'model')
  if (!isTopology(topology))
    throw bad(file, "'model' in its metadata describes no sequential model")
  return described(file, 'the model', () => {
    const layers = topology.layers.map(({ type, config }) => layerFromConfig(type, config))
    const network = new Chain(layers)
    if (topology.inputShape) network.build(topology.inputShape)
    return { name: topology.name, network }
  })
}

const isCompilation = (x: unknown): x is Compilation => {
  const { optimizer, loss, metrics } = (x ?? {}) as { [K in keyof Compilation]?: unknown }
  return isSaved(optimizer) && isSaved(loss) && Array.isArray(metrics) && metrics.every(isSaved)
}

const compiledOf = (file: Opened): Compiled | undefined => {
  const saved = jsonOf(file, 'compile')
  if (saved === undefined) return undefined
  if (!isCompilation(saved)) throw bad(file, "'compile' in its metadata is incomplete")
  return described(file, 'the compilation', () => {
    const metrics = (weighted: boolean) =>
      saved.metrics
        .filter((metric) => metric.weighted === weighted)
        .map(({ type, config }) => metricFromConfig(type, config))
    return new Compiled({
      optimizer: optimizerFromConfig(saved.optimizer.type, saved.optimizer.config),
      loss: lossFromConfig(saved.loss.type, saved.loss.config),
      metrics: metrics(false),
      weightedMetrics: metrics(true),
    })
  })
}

const shown = (x: { dtype: string; shape: readonly number[] }): string =>
  `${x.dtype} ${showShape(x.shape)}`

/** `layer "dense", variable "kernel"` */
const placeOf = (path: string): string => {
  const [layer, variable] = path.split('/')
  return path.startsWith('optimizer/') && path.split('/').length !== 2
    ? `optimizer slot "${path}"`
    : `layer "${layer}", variable "${variable}"`
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
    if (!known.has(name)) throw bad(file, `tensor "${name}" belongs to no layer of the model`)
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

/** The model of a file, with its numbers waiting for the first run. */
export const readModel = async (source: FileSource): Promise<Live> => {
  core()
  const { bytes, name } = await readBytes(source)
  const file: Opened = { ...readSafetensors(bytes, name), name }
  mustBeModel(file)
  const { name: modelName, network } = networkOf(file)
  const live = new Live(modelName, network)
  const compiled = compiledOf(file)
  if (compiled) described(file, 'the compilation', () => live.compile(compiled))
  mustHaveNoOthers(file, live.kept)
  const values = live.kept.map((kept) => [kept.variable.key, tensorFor(file, kept)] as const)
  restorePosition(file, live)
  restoreHistory(file, live)
  await live.store.set(new Map(values))
  return live
}
