import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { runEpochs } from '../testing/training.ts'
import { csvLogger } from './csv-logger.ts'

const directory = mkdtempSync(join(tmpdir(), 'gradloom-csv-'))

afterAll(() => {
  rmSync(directory, { recursive: true })
})

describe('csvLogger', () => {
  const filename = join(directory, 'deep', 'log.csv')
  const text = () => readFileSync(filename, 'utf8')

  it('writes a line an epoch under the names of the first', async () => {
    await runEpochs(csvLogger({ filename }), [{ loss: 0.5, acc: 0.25 }, { loss: 0.25 }])
    expect(text()).toBe('epoch,acc,loss\n0,0.25,0.5\n1,NA,0.25\n')
  })

  it('goes on in the columns of a file that exists, or begins anew', async () => {
    await runEpochs(csvLogger({ filename, append: true }), [{ acc: 1, loss: 2, other: 3 }])
    expect(text()).toBe('epoch,acc,loss\n0,0.25,0.5\n1,NA,0.25\n0,1,2\n')
    await runEpochs(csvLogger({ filename, separator: ';' }), [{ loss: 1 }])
    expect(text()).toBe('epoch;loss\n0;1\n')
  })

  it('refuses what is no file name', () => {
    expect(() => csvLogger({ filename: 3 as never })).toThrow('csvLogger: filename and separator')
    expect(() => csvLogger({ filename, append: 1 as never })).toThrow(
      'append must be true or false',
    )
  })
})
