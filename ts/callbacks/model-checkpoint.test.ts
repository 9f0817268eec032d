// modelCheckpoint: file names, the best model only, every so many batches.

import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { refusal } from '../testing/refusal.ts'
import { fakeTraining, runEpochs } from '../testing/training.ts'
import { type ModelCheckpointOptions, modelCheckpoint } from './model-checkpoint.ts'
import { checkPattern, fillPattern } from './path-pattern.ts'

const directory = mkdtempSync(join(tmpdir(), 'gradloom-'))
afterAll(() => rmSync(directory, { recursive: true }))

const losses = (...values: number[]) => values.map((v) => ({ val_loss: v }))

/** Files saved, in order, without the directory. */
const saves = async (options: Partial<ModelCheckpointOptions>, logs: Record<string, number>[]) => {
  const training = fakeTraining()
  const filepath = join(directory, options.filepath ?? '{epoch}')
  await runEpochs(modelCheckpoint({ ...options, filepath }), logs, training)
  return training.saved.map((path) => path.slice(directory.length + 1))
}

describe('file names', () => {
  const values = { epoch: 7, val_loss: 0.12345, big: 1234.5, below: -1.5 }
  it.each([
    ['m.safetensors', 'm.safetensors'],
    ['{epoch}.safetensors', '7.safetensors'],
    ['{epoch:02d}-{val_loss:.2f}', '07-0.12'],
    ['{epoch:03}', '007'],
    ['{epoch:3d}', '  7'],
    ['{val_loss}', '0.12345'],
    ['{val_loss:f}', '0.123450'],
    ['{val_loss:.3}', '0.123'],
    ['{big:08.2f}', '01234.50'],
    ['{below:06.2f}', '-01.50'],
    ['{big:d}', '1235'],
    ['{epoch}{epoch}', '77'],
  ])('%s → %s', (pattern, name) => {
    expect(fillPattern(checkPattern(pattern), values)).toBe(name)
  })

  it.each(['{', '}', '{}', '{epoch', '{epoch:x}', '{epoch:.2.3f}', '{{epoch}}'])(
    'refuse %s',
    (pattern) => {
      expect(() => modelCheckpoint({ filepath: pattern })).toThrow(
        refusal('argument', 'filepath', pattern),
      )
    },
  )

  it('refuse numbers that are not logged', async () => {
    const run = saves({ filepath: '{val_los:.2f}' }, losses(1))
    await expect(run).rejects.toThrow(refusal('unknown-name', 'val_los', "'val_loss'"))
    await expect(saves({ filepath: '{toString}' }, losses(1))).rejects.toThrow(
      refusal('unknown-name'),
    )
  })
})

describe('saving', () => {
  it('happens every epoch, counted from 1', async () => {
    expect(await saves({ filepath: 'm-{epoch:02d}-{val_loss:.1f}' }, losses(3, 4))).toEqual([
      'm-01-3.0',
      'm-02-4.0',
    ])
  })

  it('creates the directories it needs', async () => {
    await saves({ filepath: 'runs/{epoch}/m' }, losses(3))
    expect(existsSync(join(directory, 'runs/1'))).toBe(true)
  })

  it('happens only for the best, if so asked', async () => {
    expect(await saves({ saveBestOnly: true }, losses(3, 4, 2, 2, 1))).toEqual(['1', '3', '5'])
    const up = { saveBestOnly: true, monitor: 'val_loss', mode: 'max' } as const
    expect(await saves(up, losses(3, 4, 2, 5))).toEqual(['1', '2', '4'])
  })

  it('must beat the threshold, and NaN beats nothing', async () => {
    const options = { saveBestOnly: true, initialValueThreshold: 3 }
    expect(await saves(options, losses(3.5, 3, 2.5, Number.NaN, 2.7, 2))).toEqual(['3', '6'])
    expect(await saves({ saveBestOnly: true }, losses(Number.NaN, 5))).toEqual(['2'])
  })

  it('happens with a warning when the number is missing', async () => {
    const training = fakeTraining()
    const filepath = join(directory, '{epoch}')
    await runEpochs(
      modelCheckpoint({ filepath, saveBestOnly: true }),
      [{ loss: 1 }, { loss: 2 }],
      training,
    )
    expect([training.saved.length, training.warnings.length]).toEqual([2, 1])
  })

  it('tells what it saved', async () => {
    const filepath = join(directory, 'best-{epoch}')
    const checkpoint = modelCheckpoint({ filepath, saveBestOnly: true })
    expect([checkpoint.best, checkpoint.lastPath]).toEqual([undefined, undefined])
    await runEpochs(checkpoint, losses(3, 2, 4))
    expect([checkpoint.best, checkpoint.lastPath]).toEqual([2, join(directory, 'best-2')])
  })

  it('does not count as the best when it failed', async () => {
    const training = fakeTraining({ save: () => Promise.reject(new Error('full')) })
    const checkpoint = modelCheckpoint({ filepath: join(directory, 'm'), saveBestOnly: true })
    await expect(runEpochs(checkpoint, losses(3), training)).rejects.toThrow('full')
    expect([checkpoint.best, checkpoint.lastPath]).toEqual([undefined, undefined])
  })

  it('happens every so many batches, across epochs', async () => {
    const training = fakeTraining()
    const filepath = join(directory, '{epoch}-{batch}')
    const checkpoint = modelCheckpoint({ filepath, saveFreq: 3 })
    for (const epoch of [0, 1]) {
      await checkpoint.onEpochBegin?.(epoch, training)
      for (const batch of [0, 1, 2, 3]) await checkpoint.onBatchEnd?.(batch, { loss: 1 }, training)
      await checkpoint.onEpochEnd?.(epoch, { loss: 1 }, training)
    }
    expect(training.saved.map((path) => path.slice(directory.length + 1))).toEqual(['1-3', '2-2'])
  })

  it('has a batch hook only if it needs one', () => {
    expect(modelCheckpoint({ filepath: 'm' })).not.toHaveProperty('onBatchEnd')
    const refused = refusal('argument', 'saveFreq', '0')
    expect(() => modelCheckpoint({ filepath: 'm', saveFreq: 0 })).toThrow(refused)
  })
})
