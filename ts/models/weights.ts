// `getWeights` and `setWeights`: the numbers of the layers as tensors, in the order of the layers.

import { GradloomError } from '../errors.ts'
import { subjectOf } from '../layers/expect.ts'
import { type Elements, sameShape, showShape } from '../shape.ts'
import { asTensor, Tensor, type TensorLike } from '../tensor.ts'
import type { Live } from './live.ts'
import type { Placed } from './placing.ts'

export const getWeights = async (live: Live): Promise<Tensor[]> => {
  live.mustLive()
  if (!live.network.inputs) return []
  await live.ready()
  const variables = live.network.placed.map(({ variable }) => variable)
  const values = await live.store.read(variables)
  return variables.map(({ shape }, i) => new Tensor(values[i] as Elements, shape))
}

const listed = (placed: readonly Placed[]): string =>
  placed.map(({ path, variable }) => `${path} ${showShape(variable.shape)}`).join(', ')

/** A copy: the model must not see later changes of the caller's array. */
const fitting = ({ layer, variable }: Placed, given: TensorLike): Elements => {
  const { shape, dtype, elements } = asTensor(given, variable.dtype)
  if (sameShape(shape, variable.shape) && dtype === variable.dtype) return elements.slice()
  throw new GradloomError(
    'shape',
    `setWeights: ${subjectOf(layer)}: expects a '${variable.name}' of shape ` +
      `${showShape(variable.shape)}, was given ${showShape(shape)}; pass the weights in the ` +
      'order of ' +
      'getWeights()',
    { subject: layer.name },
  )
}

export const setWeights = async (live: Live, weights: readonly TensorLike[]): Promise<void> => {
  live.mustLive()
  // Without known shapes there is nothing to compare with.
  void live.inputs
  const { placed } = live.network
  if (!Array.isArray(weights) || weights.length !== placed.length) {
    throw new GradloomError(
      'shape',
      `setWeights: ${live.subject} has ${placed.length} weights (${listed(placed)}), was given ` +
        `${Array.isArray(weights) ? weights.length : 'no array'}`,
      { subject: live.name },
    )
  }
  const values = placed.map((place, i) => {
    const given = fitting(place, weights[i] as TensorLike)
    return [place.variable.key, given] as const
  })
  await live.store.set(new Map(values))
  await live.store.copy()
}
