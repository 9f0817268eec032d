// A plain function of tensors as programs: described once for each form and shape of its
// arguments, then run in the workers. It knows no gradients.

import { badArgument } from '../checks.ts'
import { GradloomError } from '../errors.ts'
import { Graph, type Program, type SymbolicTensor } from '../graph.ts'
import { createSession } from '../runtime/pool-session.ts'
import type { Session } from '../runtime/session.ts'
import type { Elements } from '../shape.ts'
import { Tensor } from '../tensor.ts'
import { asLeaf, formOf, isSymbolic, leavesOf, rebuilt } from './tree.ts'

/** A function of trees of symbolic tensors that gives a tree of them. */
// biome-ignore lint/suspicious/noExplicitAny: the arguments are whatever the function takes
export type SymbolicFunction = (...args: any[]) => unknown

interface Traced {
  readonly program: Program
  /** A tree with the outputs of the program at its ends. */
  readonly result: unknown
}

/** Programs of so many forms of arguments are kept. */
const MOST = 32

const trace = (
  subject: string,
  body: SymbolicFunction,
  args: unknown,
  leaves: Tensor[],
): Traced => {
  const graph = new Graph()
  const inputs = leaves.map(({ dtype, shape }, i) => graph.input(`${i}`, dtype, shape))
  const result = body(...(rebuilt(args, inputs) as unknown[]))
  for (const [i, y] of leavesOf(subject, result ?? null).entries()) {
    if (!isSymbolic(y)) throw badArgument(subject, 'the result', y, 'made of the arguments by ops')
    if (y.graph !== graph) {
      const message = `${subject}: the result belongs to another call; keep none between calls.`
      throw new GradloomError('argument', message)
    }
    graph.output(`${i}`, y)
  }
  return { program: graph.finish(), result }
}

/**
 * `body` on numbers (a promise of tensors) and, within another function, on symbolic tensors (at
 * once).
 */
export const traced = (subject: string, body: SymbolicFunction): SymbolicFunction => {
  if (typeof body !== 'function') throw badArgument(subject, 'its argument', body, 'a function')
  const known = new Map<string, Traced>()
  let session: Session | undefined
  const compute = async (args: unknown[], given: unknown[]): Promise<unknown> => {
    const leaves = given.map(asLeaf)
    const key = `${formOf(args)} ${leaves.map(({ dtype, shape }) => `${dtype}[${shape}]`)}`
    const found = known.get(key) ?? trace(subject, body, args, leaves)
    known.delete(key)
    known.set(key, found)
    session ??= createSession()
    const oldest = known.keys().next().value as string
    if (known.size > MOST) {
      await session.unload((known.get(oldest) as Traced).program)
      known.delete(oldest)
    }
    return run(session, found, leaves)
  }
  return (...args) => {
    const leaves = leavesOf(subject, args)
    const graph = leaves.find(isSymbolic)?.graph
    if (!graph) return compute(args, leaves)
    return body(
      ...(rebuilt(
        args,
        leaves.map((x) => symbolic(graph, x)),
      ) as unknown[]),
    )
  }
}

/** A number or a tensor of numbers as a constant of the graph. */
const symbolic = (graph: Graph, x: unknown): SymbolicTensor => {
  if (isSymbolic(x)) return x
  const { elements, shape } = asLeaf(x)
  return graph.constant(elements, shape)
}

const run = async (session: Session, { program, result }: Traced, leaves: Tensor[]) => {
  const feeds = Object.fromEntries(
    leaves.map(({ elements }, i) => [`${i}`, { data: elements, perStep: false }]),
  )
  const { outputs } = await session.run({ steps: 1, stages: [{ program, feeds }], pure: true })
  const tensors = program.outputs.map(
    ({ name, shape }) => new Tensor(outputs[0]?.[name] as Elements, shape),
  )
  return rebuilt(result, tensors)
}
