// Runs recorded cases on the core, those of one operator as one graph, and compares as ONNX's
// backend runner does: |got − expected| ≤ atol + rtol·|expected|, with the case's numbers.

import { Graph, type SymbolicTensor as Tensor } from '../../ts/graph.ts'
import type { Elements, Shape } from '../../ts/shape.ts'
import { Runner } from '../../ts/testing/run.ts'
import { operators } from './adapter.ts'
import { Call } from './call.ts'
import type { Case, Numbers } from './cases.ts'

/** Why a case does not pass; undefined if it does. */
export type Verdict = string | undefined

const describe = (graph: Graph, recorded: Case, feeds: Record<string, Elements>): Tensor[] => {
  const operator = operators[recorded.op]
  if (!operator) throw new Error('no such operator')
  const inputs = recorded.inputs.map((given, i) => {
    if (!given) return undefined
    const name = `${recorded.name} ${i}`
    feeds[name] = given.data
    return graph.input(name, given.dtype ?? 'float32', given.shape)
  })
  return [operator(new Call(graph, recorded, inputs))].flat() as Tensor[]
}

const differs = (want: Numbers, shape: Shape, got: Elements, { rtol, atol }: Case): Verdict => {
  if (`${shape}` !== `${want.shape}`) return `shape [${shape}], not [${want.shape}]`
  for (let i = 0; i < want.data.length; i++) {
    const [w, g] = [want.data[i] as number, got[i] as number]
    const near = Object.is(g, w) || g === w || Math.abs(g - w) <= atol + rtol * Math.abs(w)
    if (!near) return `element ${i} is ${g}, not ${w}`
  }
  return undefined
}

/** Runs the cases, which are of one operator; a verdict for each. */
export const runCases = (cases: readonly Case[]): Verdict[] => {
  const runner = new Runner()
  const graph = new Graph()
  const feeds: Record<string, Elements> = {}
  const described = cases.map((recorded): Tensor[] | Error => {
    try {
      return describe(graph, recorded, feeds)
    } catch (error) {
      return error as Error
    }
  })
  described.forEach((ys, k) => {
    if (!(ys instanceof Error)) ys.forEach((y, i) => void graph.output(`${k} ${i}`, y))
  })
  const results = runner.run(graph.finish(), feeds)
  return cases.map((recorded, k) => {
    const ys = described[k] as Tensor[] | Error
    if (ys instanceof Error) return ys.message
    return recorded.outputs
      .map((want, i) => {
        const y = ys[i]
        if (!want) return undefined
        return y ? differs(want, y.shape, results[`${k} ${i}`] as Elements, recorded) : 'no output'
      })
      .find((verdict) => verdict !== undefined)
  })
}
