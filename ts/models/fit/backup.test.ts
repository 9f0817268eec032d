import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { earlyStopping } from '../../callbacks/early-stopping.ts'
import { terminateOnNaN } from '../../callbacks/terminate-on-nan.ts'
import { init } from '../../init.ts'
import { dense } from '../../layers/dense.ts'
import { tensor } from '../../tensor.ts'
import { sequential } from '../sequential.ts'
import { backupAndRestore } from './backup.ts'

const directory = mkdtempSync(join(tmpdir(), 'gradloom-backup-'))
afterAll(() => rmSync(directory, { recursive: true }))

const made = () => {
  const model = sequential([dense({ units: 1, inputShape: [1] })])
  model.compile({ loss: 'mse', optimizer: 'sgd', seed: 1 })
  return model
}
const x = tensor([[1], [2], [3]])

describe('backupAndRestore', () => {
  const path = join(directory, 'deep', 'backup.safetensors')
  const backup = (deleteCheckpoint = false) => backupAndRestore({ path, deleteCheckpoint })

  it('refuses what is no path and no number of batches', () => {
    expect(() => backupAndRestore({ path: '' })).toThrow('path must be a file name')
    expect(() => backupAndRestore({ path, saveFreq: 0 })).toThrow('saveFreq must be a positive')
    expect(() => backupAndRestore({ path, deleteCheckpoint: 1 as never })).toThrow('true or false')
  })

  it('goes on with more epochs, and deletes the file only if asked to', async () => {
    await init()
    const first = made()
    await first.fit(x, x, { epochs: 2, verbose: 0, callbacks: [backup()] })
    expect(existsSync(path)).toBe(true)
    const [again, whole] = [made(), made()]
    const all = await again.fit(x, x, { epochs: 5, verbose: 0, callbacks: [backup(true)] })
    expect(existsSync(path)).toBe(false)
    expect(all.epoch).toEqual([0, 1, 2, 3, 4])
    expect((await whole.fit(x, x, { epochs: 5, verbose: 0 })).history).toEqual(all.history)
    expect(await again.getWeights()).toEqual(await whole.getWeights())
  })

  it('refuses the backup of a run with other callbacks', async () => {
    const stopping = earlyStopping({ monitor: 'loss', patience: 9 })
    await made().fit(x, x, { epochs: 1, verbose: 0, callbacks: [backup(), stopping] })
    const other = made().fit(x, x, { verbose: 0, callbacks: [backup(), terminateOnNaN()] })
    await expect(other).rejects.toThrow('is no backup of a run with the callbacks []; delete it')
  })
})
