// ONNX's recurrent operators as our layers, whose weights are read from the inputs of the case.

import * as ops from '../../../ts/composites/index.ts'
import type { SymbolicTensor as Tensor } from '../../../ts/graph.ts'
import * as layers from '../../../ts/layers/index.ts'
import type { AnyLayer } from '../../../ts/layers/layer.ts'
import { passOver } from '../../../ts/testing/run.ts'
import { type Call, type Operator, Unsupported } from '../call.ts'

interface Kind {
  /** The places of our gates among ONNX's. */
  readonly gates: readonly number[]
  readonly layer: (units: number) => AnyLayer
}

const flags = { returnSequences: true, returnState: true } as const

const kinds = {
  RNN: { gates: [0], layer: (units: number) => layers.simpleRNN({ units, ...flags }) },
  GRU: {
    gates: [0, 1, 2],
    layer: (units: number) => layers.gru({ units, resetAfter: false, ...flags }),
  },
  LSTM: { gates: [0, 2, 3, 1], layer: (units: number) => layers.lstm({ units, ...flags }) },
} satisfies Record<string, Kind>

/** Direction `d` of a stack of matrices [D, G·U, …], with the gates in our order: [G·U, …] */
const weight = (x: Tensor, d: number, { gates }: Kind): Tensor => {
  const one = ops.unstack(x)[d] as Tensor
  const parts = ops.split(one, gates.length)
  return ops.concatenate(
    gates.map((at) => parts[at] as Tensor),
    0,
  )
}

/** The biases of x and of h, which our layers add up: [G·U] */
const biasOf = (call: Call, d: number, kind: Kind): Tensor | undefined => {
  const both = call.maybe(3)
  if (!both) return undefined
  const [ofX, ofH] = ops.split(both, 2, 1).map((x) => weight(x, d, kind)) as [Tensor, Tensor]
  return ops.add(ofX, ofH)
}

/** x: [B, T, C] → outputs [B, T, U] and last states [B, U] of direction `d`. */
const direction = (call: Call, x: Tensor, d: number, kind: Kind): Tensor[] => {
  const units = call.int('hidden_size')
  const layer = kind.layer(units)
  const bias = biasOf(call, d, kind)
  const values: Record<string, Tensor> = {
    kernel: ops.transpose(weight(call.x(1), d, kind)),
    recurrentKernel: ops.transpose(weight(call.x(2), d, kind)),
    bias: bias ?? ops.zeros(call.graph, [kind.gates.length * units]),
  }
  layer.build([null, ...x.shape.slice(1)])
  const pass = passOver(call.graph)
  pass.read = (variable) => values[variable.name.split('/').at(-1) as string] as Tensor
  return [layer.call(x, pass)].flat() as Tensor[]
}

const recurrent =
  (kind: Kind): Operator =>
  (call) => {
    if (call.count > 5) throw new Unsupported('no peepholes, as in Keras')
    const batchFirst = call.int('layout') === 1
    const x = batchFirst ? call.x() : ops.swapaxes(call.x(), 0, 1)
    const turned = (y: Tensor, d: number) =>
      d === 1 || call.string('direction') === 'reverse' ? ops.flip(y, 1) : y
    const directions = call.x(1).shape[0] as number
    const ran = Array.from({ length: directions }, (_, d) => {
      const [y, ...states] = direction(call, turned(x, d), d, kind) as [Tensor]
      return [turned(y, d), ...states]
    })
    const all = (i: number, axis: number) =>
      ops.stack(
        ran.map((ys) => ys[i] as Tensor),
        axis,
      )
    const sequence = all(0, 2)
    const states = ran[0]?.slice(1).map((_, i) => all(i + 1, batchFirst ? 1 : 0)) ?? []
    return [batchFirst ? sequence : ops.moveaxis(sequence, 0, 2), ...states]
  }

export const recurrences: Readonly<Record<string, Operator>> = {
  GRU: recurrent(kinds.GRU),
  LSTM: recurrent(kinds.LSTM),
  RNN: recurrent(kinds.RNN),
}
