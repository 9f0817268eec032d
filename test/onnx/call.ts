// One use of an ONNX operator as the tables of the adapter see it: its inputs, and its attributes
// with ONNX's defaults. No operator is known here.

import type { Graph, SymbolicTensor as Tensor } from '../../ts/graph.ts'
import type { Case, Constant } from './cases.ts'

/** Thrown where Gradloom has nothing of the kind; the text is the reason on the page. */
export class Unsupported extends Error {}

export class Call {
  readonly graph: Graph
  readonly opset: number
  /** How many outputs are asked for. */
  readonly outputs: number
  readonly #case: Case
  readonly #inputs: readonly (Tensor | undefined)[]

  constructor(graph: Graph, recorded: Case, inputs: readonly (Tensor | undefined)[]) {
    this.graph = graph
    this.opset = recorded.opset
    this.outputs = recorded.outputs.length
    this.#case = recorded
    this.#inputs = inputs
  }

  get count(): number {
    return this.#inputs.length
  }

  /** An input that the case has. */
  x(i = 0): Tensor {
    const x = this.#inputs[i]
    if (!x) throw new Error(`${this.#case.name} has no input ${i}`)
    return x
  }

  maybe(i: number): Tensor | undefined {
    return this.#inputs[i]
  }

  all(): Tensor[] {
    return this.#inputs.filter((x) => x !== undefined)
  }

  has(name: string): boolean {
    return name in this.#case.attributes
  }

  /** The dtype of an input in ONNX. */
  type(i: number): string | undefined {
    return this.#case.inputs[i]?.type
  }

  int(name: string, otherwise = 0): number {
    return (this.#case.attributes[name] as number | undefined) ?? otherwise
  }

  float(name: string, otherwise = 0): number {
    return this.int(name, otherwise)
  }

  ints(name: string): readonly number[] | undefined {
    return this.#case.attributes[name] as readonly number[] | undefined
  }

  string(name: string, otherwise = ''): string {
    return (this.#case.attributes[name] as string | undefined) ?? otherwise
  }

  tensor(name: string): Constant | undefined {
    return this.#case.attributes[name] as Constant | undefined
  }

  /** The numbers of an input that says a shape, axes or places, which are fixed in our graphs. */
  numbers(i: number): number[] | undefined {
    const given = this.#case.inputs[i]
    return given ? Array.from(given.data) : undefined
  }

  /** Axes, which are an attribute in old opsets and input `i` in new ones; both may be missing. */
  axes(i: number): readonly number[] | undefined {
    return this.ints('axes') ?? this.numbers(i)
  }
}

/** One result, or one for each output. */
export type Operator = (call: Call) => Tensor | readonly Tensor[]

/** A row of a table for an operator that is one function of its tensors. */
export const plain =
  <X extends readonly Tensor[]>(f: (...xs: X) => Tensor): Operator =>
  (call) =>
    f(...(call.all() as unknown as X))

export const unsupported =
  (reason: string): Operator =>
  () => {
    throw new Unsupported(reason)
  }
