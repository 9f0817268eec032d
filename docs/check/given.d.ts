// What the blocks of the guides take for given.

import type { Model, Tensor } from 'gradloom'

declare global {
  const model: Model
  const x: Tensor
  const y: Tensor
  const xTest: Tensor
  const yTest: Tensor
  const rows: number[][]
  const classes: number[]
  const records: { features: number[]; target: number }[]
}
