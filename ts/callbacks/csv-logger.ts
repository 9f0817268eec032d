// Writes the logs of every epoch as a line of a CSV file (Node). Keras 3's `CSVLogger`.

import { flag } from '../checks.ts'
import { GradloomError } from '../errors.ts'
import { createDirectoryOf } from '../io/files.ts'
import { nodeFiles } from '../io/node.ts'
import type { Callback, State } from './callback.ts'

export interface CsvLoggerOptions {
  filename: string
  /** Default `','`. */
  separator?: string
  /** Whether lines are added to a file that exists rather than that it is written anew. */
  append?: boolean
}

/** Files that can be written, or an error that says why not. @internal */
export const filesFor = (subject: string) => {
  const node = nodeFiles()
  if (node) return node
  throw new GradloomError('unsupported', `${subject}: there is no file system here.`, { subject })
}

/**
 * The first line names the columns: `epoch` and those of the first epoch, in alphabetical order.
 */
export const csvLogger = ({
  filename,
  separator = ',',
  append = false,
}: CsvLoggerOptions): Callback => {
  const subject = 'csvLogger'
  flag(subject, 'append', append)
  if (typeof filename !== 'string' || typeof separator !== 'string' || !separator) {
    throw new GradloomError('argument', `${subject}: filename and separator must be strings.`, {
      subject,
    })
  }
  let columns: readonly string[] | undefined
  let restored: State | undefined
  return {
    name: subject,
    /** Lines that were written after the backup are cut off. */
    async state() {
      const { size } = await filesFor(subject).fs.stat(filename)
      return { size, columns: columns ?? null }
    },
    restore(given) {
      restored = given
    },
    async onTrainBegin() {
      const { fs } = filesFor(subject)
      await createDirectoryOf(filename)
      if (restored) {
        columns = (restored.columns as readonly string[] | null) ?? undefined
        await fs.truncate(filename, restored.size as number)
        restored = undefined
        return
      }
      const old = append ? await fs.readFile(filename, 'utf8').catch(() => '') : ''
      columns = old ? (old.split('\n', 1)[0] as string).split(separator).slice(1) : undefined
      if (!old) await fs.writeFile(filename, '')
    },
    async onEpochEnd(epoch, logs) {
      const { fs } = filesFor(subject)
      const header = !columns
      columns ??= Object.keys(logs).sort()
      const row = [epoch, ...columns.map((name) => logs[name] ?? 'NA')].join(separator)
      const first = header ? `${['epoch', ...columns].join(separator)}\n` : ''
      await fs.appendFile(filename, `${first}${row}\n`)
    },
  }
}
