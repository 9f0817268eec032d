// Writes what TensorBoard shows: the logs of every epoch, and how the weights are spread (Node).
// Keras 3's `TensorBoard`, without graphs, embeddings and profiles.

import { flag, positiveWhole, text, whole } from '../checks.ts'
import { createDirectoryOf } from '../io/files.ts'
import type { Callback, Logs, Training } from './callback.ts'
import { filesFor } from './csv-logger.ts'
import { histogramEvent, imageEvent, joined, scalarEvent, versionEvent } from './event-file.ts'
import { type Picture, picturesOf, pngOf } from './weight-image.ts'

export interface TensorBoardOptions {
  /** Directory whose `train` and `validation` get the event files. Default `'logs'`. */
  logDir?: string
  /** Epochs between two histograms of all weights; 0: none. Default 0. */
  histogramFreq?: number
  /** Whether the weights are shown as pictures, too, as often as histograms. Default false. */
  writeImages?: boolean
  /**
   * Batches between two points of the running means within an epoch; `'batch'`: 1. Then each step
   * is a call of its own. Default `'epoch'`: no points within an epoch.
   */
  updateFreq?: 'epoch' | 'batch' | number
}

/** `val_loss` → ['validation', 'loss'] */
const placeOf = (name: string): readonly [string, string] =>
  name.startsWith('val_') ? ['validation', name.slice(4)] : ['train', name]

let files = 0

type Append = (directory: string, events: readonly Uint8Array[]) => Promise<void>

/** Adds events to the file of a directory below `logDir`, which it begins. */
const eventFiles = (logDir: string): Append => {
  const paths = new Map<string, string>()
  return async (directory, events) => {
    const { fs, path } = filesFor(SUBJECT)
    let file = paths.get(directory)
    if (!file) {
      const seconds = Math.floor(Date.now() / 1000)
      files += 1
      const name = `events.out.tfevents.${seconds}.gradloom.${globalThis.process?.pid}.${files}.v2`
      file = path.join(logDir, directory, name)
      paths.set(directory, file)
      await createDirectoryOf(file)
      await fs.writeFile(file, versionEvent(seconds))
    }
    await fs.appendFile(file, joined(events))
  }
}

const SUBJECT = 'tensorBoard'

const scalars = async (append: Append, epoch: number, logs: Logs): Promise<void> => {
  const now = Date.now() / 1000
  for (const directory of ['train', 'validation']) {
    const own = Object.entries(logs).filter(([name]) => placeOf(name)[0] === directory)
    const events = own.map(([name, value]) =>
      scalarEvent(`epoch_${placeOf(name)[1]}`, value, epoch, now),
    )
    if (events.length > 0) await append(directory, events)
  }
}

const imageEvents = (name: string, pictures: readonly Picture[], epoch: number, now: number) =>
  pictures.map((picture, i) => {
    const tag = `${name}/image${pictures.length > 1 ? `/${i}` : ''}`
    const png = pngOf(picture, filesFor(SUBJECT).zlib.deflateSync)
    return imageEvent(tag, picture, png, epoch, now)
  })

/** Histograms of all weights, and pictures if asked for. */
const weightEvents = async (epoch: number, training: Training, writeImages: boolean) => {
  const now = Date.now() / 1000
  const snapshot = await training.snapshot()
  return [...training.weightNames].flatMap(([key, name]) => {
    const values = snapshot.get(key)
    if (!values) return []
    const shape = writeImages ? training.weightShapes.get(key) : undefined
    const pictures = shape ? picturesOf(values, shape) : []
    return [histogramEvent(name, values, epoch, now), ...imageEvents(name, pictures, epoch, now)]
  })
}

/** Writes points of the running means, every so many batches. */
const batchPoints = (every: number, append: () => Append): Callback => {
  let batches = 0
  let restored = 0
  return {
    onTrainBegin() {
      batches = restored
      restored = 0
    },
    state: () => ({ batches }),
    restore(state) {
      restored = state.batches as number
    },
    async onBatchEnd(_, logs) {
      batches += 1
      if (batches % every !== 0) return
      const now = Date.now() / 1000
      const events = Object.entries(logs).map(([name, value]) =>
        scalarEvent(`batch_${name}`, value, batches, now),
      )
      await append()('train', events)
    },
  }
}

/**
 * Tags are Keras's: `epoch_loss`, `epoch_learning_rate`, `batch_loss` (by batches done), and the
 * weights' names, with `/image` for pictures.
 */
export const tensorBoard = (options: TensorBoardOptions = {}): Callback => {
  const { logDir = 'logs', updateFreq = 'epoch' } = options
  text(SUBJECT, 'logDir', logDir)
  const histogramFreq = whole(SUBJECT, 'histogramFreq', options.histogramFreq ?? 0)
  const writeImages = flag(SUBJECT, 'writeImages', options.writeImages ?? false)
  const every = updateFreq === 'batch' ? 1 : updateFreq
  let append = eventFiles(logDir)
  const points: Callback =
    every === 'epoch' ? {} : batchPoints(positiveWhole(SUBJECT, 'updateFreq', every), () => append)
  return {
    name: SUBJECT,
    ...points,
    onTrainBegin(training) {
      append = eventFiles(logDir)
      return points.onTrainBegin?.(training)
    },
    async onEpochEnd(epoch, logs, training) {
      await scalars(append, epoch, { ...logs, learning_rate: training.learningRate })
      if (histogramFreq === 0 || epoch % histogramFreq !== 0) return
      await append('train', await weightEvents(epoch, training, writeImages))
    },
  }
}
