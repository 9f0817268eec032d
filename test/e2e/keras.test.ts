// Whole `fit` runs beside those of real Keras: history, evaluation, predictions and final weights.

import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import {
  type FitOptions,
  init,
  type Logs,
  layers,
  type Model,
  optimizers,
  sequential,
  shutdown,
  tensor,
} from '../../ts/index.ts'
import { deviation, type Recorded, reference } from '../../ts/testing/reference.ts'

interface Task {
  readonly name: string
  readonly layers: readonly layers.DenseOptions[]
  readonly optimizer: 'adam' | 'sgd' | 'rmsprop' | 'adamw'
  readonly optimizerConfig: object
  readonly loss: 'categoricalCrossentropy'
  readonly metrics: readonly 'accuracy'[]
  readonly weights: readonly Recorded[]
  readonly x: Recorded
  readonly y: Recorded
  readonly xVal: Recorded
  readonly yVal: Recorded
  readonly classWeight: Record<number, number>
  readonly sampleWeight: Recorded
}

interface Case {
  readonly task: string
  readonly variant: string
  readonly history: Record<string, number[]>
  readonly evaluate: Record<string, number>
  readonly predictions: Recorded
  readonly weights: readonly Recorded[]
}

const recorded = reference<{
  batchSize: number
  epochs: number
  tasks: readonly Task[]
  cases: readonly Case[]
}>('training')

const TOLERANCE = 1e-4

const given = ({ shape, data }: Recorded) => tensor(Float32Array.from(data), shape)

const build = async (task: Task): Promise<Model> => {
  const model = sequential(task.layers.map((options) => layers.dense(options)))
  await model.setWeights(task.weights.map(given))
  model.compile({
    optimizer: optimizers[task.optimizer](task.optimizerConfig),
    loss: task.loss,
    metrics: task.metrics,
  })
  return model
}

const optionsOf = (task: Task, variant: string): FitOptions => {
  const sampleWeight = given(task.sampleWeight)
  const options: Record<string, FitOptions> = {
    plain: {},
    validationData: { validationData: [given(task.xVal), given(task.yVal)] },
    validationSplit: { validationSplit: 0.2 },
    classWeight: { classWeight: task.classWeight },
    sampleWeight: { sampleWeight },
    sampleWeightSplit: { sampleWeight, validationSplit: 0.2 },
  }
  const found = options[variant]
  if (!found) throw new Error(`no variant ${variant}`)
  return found
}

/** `valLoss` → `val_loss` */
const keyOf = (name: string): string =>
  name.startsWith('val') ? `val_${name.charAt(3).toLowerCase()}${name.slice(4)}` : name

const expectRelative = (actual: ArrayLike<number>, expected: ArrayLike<number>, what: string) => {
  expect(actual.length, what).toBe(expected.length)
  for (let i = 0; i < expected.length; i++) {
    const [got, want] = [actual[i] as number, expected[i] as number]
    expect(Math.abs(got - want), `${what}[${i}]: ${got}, Keras: ${want}`).toBeLessThanOrEqual(
      TOLERANCE * Math.max(Math.abs(want), 1e-3),
    )
  }
}

const expectNear = (actual: ArrayLike<number>, expected: ArrayLike<number>, what: string) =>
  expect(deviation(actual, expected), what).toBeLessThanOrEqual(TOLERANCE)

describe('fit, as Keras does it', () => {
  beforeAll(() => init())
  afterAll(() => shutdown())

  const { batchSize, epochs } = recorded
  it.each(recorded.cases)('$task, $variant', async (run) => {
    const task = recorded.tasks.find(({ name }) => name === run.task) as Task
    const model = await build(task)
    const options = {
      batchSize,
      epochs,
      shuffle: false,
      verbose: 0,
      ...optionsOf(task, run.variant),
    }
    const { history } = await model.fit(given(task.x), given(task.y), options as FitOptions)
    expect(Object.keys(history).sort()).toEqual(Object.keys(run.history).map(keyOf).sort())
    for (const [name, values] of Object.entries(run.history)) {
      expectRelative(history[keyOf(name)] ?? [], values, name)
    }
    const logs: Logs = await model.evaluate(given(task.xVal), given(task.yVal), { batchSize })
    for (const [name, value] of Object.entries(run.evaluate)) {
      expectRelative([logs[name] as number], [value], `evaluate ${name}`)
    }
    const predictions = await model.predict(given(task.xVal), { batchSize })
    expectNear(predictions.elements, run.predictions.data, 'predictions')
    for (const [i, weights] of (await model.getWeights()).entries()) {
      expectNear(weights.elements, run.weights[i]?.data ?? [], `weights ${i}`)
    }
    model.dispose()
  })
})
