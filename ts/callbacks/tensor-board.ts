// Writes what TensorBoard shows: the logs of every epoch, and how the weights are spread (Node).
// Keras 3's `TensorBoard`, without graphs, images and profiles.

import { whole } from '../checks.ts'
import { createDirectoryOf } from '../io/files.ts'
import type { Callback, Logs, Training } from './callback.ts'
import { filesFor } from './csv-logger.ts'
import { histogramEvent, joined, scalarEvent, versionEvent } from './event-file.ts'

export interface TensorBoardOptions {
  /** Directory whose `train` and `validation` get the event files. Default `'logs'`. */
  logDir?: string
  /** Epochs between two histograms of all weights; 0: none. Default 0. */
  histogramFreq?: number
}

/** `val_loss` → ['validation', 'loss'] */
const placeOf = (name: string): readonly [string, string] =>
  name.startsWith('val_') ? ['validation', name.slice(4)] : ['train', name]

let files = 0

/** Tags are Keras's: `epoch_loss`, `epoch_learning_rate`, and the weights' names. */
export const tensorBoard = (options: TensorBoardOptions = {}): Callback => {
  const subject = 'tensorBoard'
  const { logDir = 'logs' } = options
  const histogramFreq = whole(subject, 'histogramFreq', options.histogramFreq ?? 0)
  /** The event file of each directory. */
  let paths = new Map<string, string>()

  const append = async (directory: string, events: readonly Uint8Array[]): Promise<void> => {
    const { fs, path } = filesFor(subject)
    let file = paths.get(directory)
    if (!file) {
      const seconds = Math.floor(Date.now() / 1000)
      files += 1
      const name = `events.out.tfevents.${seconds}.gradloom.${process.pid}.${files}.v2`
      file = path.join(logDir, directory, name)
      paths.set(directory, file)
      await createDirectoryOf(file)
      await fs.writeFile(file, versionEvent(seconds))
    }
    await fs.appendFile(file, joined(events))
  }

  const scalars = async (epoch: number, logs: Logs): Promise<void> => {
    const now = Date.now() / 1000
    for (const directory of ['train', 'validation']) {
      const own = Object.entries(logs).filter(([name]) => placeOf(name)[0] === directory)
      const events = own.map(([name, value]) =>
        scalarEvent(`epoch_${placeOf(name)[1]}`, value, epoch, now),
      )
      if (events.length > 0) await append(directory, events)
    }
  }

  const histograms = async (epoch: number, training: Training): Promise<void> => {
    const now = Date.now() / 1000
    const snapshot = await training.snapshot()
    const events = [...training.weightNames].flatMap(([key, name]) => {
      const values = snapshot.get(key)
      return values ? [histogramEvent(name, values, epoch, now)] : []
    })
    await append('train', events)
  }

  return {
    name: subject,
    onTrainBegin() {
      paths = new Map()
    },
    async onEpochEnd(epoch, logs, training) {
      await scalars(epoch, { ...logs, learning_rate: training.learningRate })
      if (histogramFreq > 0 && epoch % histogramFreq === 0) await histograms(epoch, training)
    },
  }
}
