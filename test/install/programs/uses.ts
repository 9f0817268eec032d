// Uses of the types alone, compiled and never run: entries, classes, callbacks, `assets`.

import {
  type History,
  type Layer,
  layers,
  type Model,
  sequential,
  type Tensor,
  tensor,
} from 'gradloom'
import * as assets from 'gradloom/assets'

export const layer: Layer = layers.conv2d({ filters: 3, kernelSize: 3 })

export const model = sequential([layers.dense({ units: 10, inputShape: [3] }), layers.flatten()])

export const fitted = async (any: Model, x: Tensor): Promise<History> =>
  any.fit(x, tensor([1, 0]), { callbacks: [{ onEpochEnd: (epoch: number) => void epoch }] })

export const other: typeof sequential = assets.sequential

// @ts-expect-error: there is no such activation
layers.dense({ units: 3, activation: 'relo' })
