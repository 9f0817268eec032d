// A stand-in for a model in training, for tests of callbacks: weights are the number of the epoch.

import type { Callback, Logs, Snapshot, Training } from '../callbacks/callback.ts'

export interface FakeTraining extends Training {
  weights: number
  readonly reasons: string[]
  readonly warnings: string[]
  readonly saved: string[]
  readonly snapshots: number
}

export const fakeTraining = (options: Partial<Training> = {}): FakeTraining => {
  const reasons: string[] = []
  const warnings: string[] = []
  const saved: string[] = []
  const made = {
    learningRate: 0.1,
    epochs: 10,
    stepsPerEpoch: 4 as number | undefined,
    batchSize: 32,
    weights: -1,
    snapshots: 0,
    reasons,
    warnings,
    saved,
    get stopped() {
      return reasons.length > 0
    },
    stop: (reason = '') => void reasons.push(reason),
    warn: (message: string) => void warnings.push(message),
    swapAverages: async () => {},
    save: async (path: string) => void saved.push(path),
    snapshot: async (): Promise<Snapshot> => {
      made.snapshots += 1
      return new Map([[0, Float32Array.of(made.weights)]])
    },
    weightNames: new Map([[0, 'dense/kernel']]),
    weightShapes: new Map([[0, [1, 1]]]),
    restore: async (snapshot: Snapshot) => {
      made.weights = snapshot.get(0)?.[0] as number
    },
  }
  return Object.assign(made, options)
}

/** Epochs with these logs, as `fit` runs them; the number of epochs that were run. */
export const runEpochs = async (
  callback: Callback,
  epochs: readonly Logs[],
  training: FakeTraining = fakeTraining(),
): Promise<number> => {
  let ran = 0
  let last: Logs = {}
  await callback.onTrainBegin?.(training)
  for (const [epoch, logs] of epochs.entries()) {
    await callback.onEpochBegin?.(epoch, training)
    training.weights = epoch
    last = { ...logs }
    await callback.onEpochEnd?.(epoch, last, training)
    ran += 1
    if (training.stopped) break
  }
  await callback.onTrainEnd?.(last, training)
  return ran
}
