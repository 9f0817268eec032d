// Layers whose inner values are computed again in the backward pass instead of being kept for it:
// less memory for about a third more work (Chen et al. 2016, "Training deep nets with sublinear
// memory cost").

import { sumAll } from '../composites/common.ts'
import type { SymbolicTensor } from '../graph.ts'
import * as ops from '../ops.ts'
import type { Variable } from '../variable.ts'
import type { Pass } from './layer.ts'

/** What a layer does, given its inputs. */
type Call = (inputs: readonly SymbolicTensor[], pass: Pass) => readonly SymbolicTensor[]

/** Notes which variables are read and which random streams are drawn. */
const noting = (pass: Pass, reads: Map<Variable, SymbolicTensor>, streams: number[]): Pass => ({
  training: pass.training,
  keeps: pass.keeps,
  get rng() {
    return pass.rng
  },
  stream(layer) {
    const stream = pass.stream(layer)
    streams.push(stream)
    return stream
  },
  read(variable) {
    const value = pass.read(variable)
    reads.set(variable, value)
    return value
  },
  assign: (variable, value) => pass.assign(variable, value),
  addLoss: (loss) => pass.addLoss(loss),
})

/** The same reads and draws; what the first time was assigned or added stays. */
const again = (pass: Pass, reads: Map<Variable, SymbolicTensor>, streams: number[]): Pass => {
  let draw = 0
  let rng: SymbolicTensor | undefined
  return {
    training: pass.training,
    keeps: pass.keeps,
    get rng() {
      rng ??= pass.rng.graph.apart(pass.rng)
      return rng
    },
    stream: () => streams[draw++] as number,
    read: (variable) => reads.get(variable) ?? pass.read(variable),
    assign: () => {},
    addLoss: () => {},
  }
}

/** What `call` gives, with gradients that are computed from the inputs once more. */
export const recomputed = (
  inputs: readonly SymbolicTensor[],
  pass: Pass,
  call: Call,
): readonly SymbolicTensor[] => {
  const reads = new Map<Variable, SymbolicTensor>()
  const streams: number[] = []
  const ys = call(inputs, noting(pass, reads, streams))
  const { graph } = inputs[0] as SymbolicTensor
  const isFloat = ({ dtype }: SymbolicTensor): boolean => dtype === 'float32'
  const weights = [...reads.values()].filter(isFloat)
  let copy: { inputs: readonly SymbolicTensor[]; ys: readonly SymbolicTensor[] } | undefined
  const copied = (dy: SymbolicTensor) => {
    if (copy) return copy
    // x + 0·Σdy: else it could be computed beside the first one, and kept.
    const after = (x: SymbolicTensor) => graph.apart(ops.mulAdd(sumAll(dy), graph.fill(0), x))
    const own = inputs.map((x) => (isFloat(x) ? after(x).withMask(x.mask) : x))
    copy = { inputs: own, ys: call(own, again(pass, reads, streams)) }
    return copy
  }
  return ys.map((y, i) => {
    if (!isFloat(y)) return y
    const result = graph.withGradient(y, [...inputs, ...weights], (dy) => {
      const made = copied(dy)
      return graph.pullBack([[made.ys[i] as SymbolicTensor, dy]], [...made.inputs, ...weights])
    })
    result.origin = y.origin
    return result.withMask(y.mask)
  })
}
