// Describes a program for the core: symbolic tensors, inputs, states, outputs. Shape rules and
// gradients are the core's; this file only gives them TypeScript types.

import { type ErrorCode, GradloomError } from './errors.ts'
import { core, type DtypeTag, type GraphBuilder, trapped } from './runtime/core.ts'
import { type Dtype, type Elements, type Shape, showShape, sizeOf } from './shape.ts'
import type { Variable } from './variable.ts'

const tagOf = (dtype: Dtype): DtypeTag => (dtype === 'float32' ? 0 : 1)

/** A value in a graph: it has a shape and a dtype, but no numbers. */
export class SymbolicTensor {
  readonly graph: Graph
  readonly id: number
  readonly shape: Shape
  readonly dtype: Dtype
  /** Set on the result of softmax or sigmoid: losses compute from the logits. */
  origin: { activation: 'softmax' | 'sigmoid'; logits: SymbolicTensor } | undefined
  /** f32 [B, T]: 1 where a step counts, 0 where it is padding. Ops drop it, layers carry it. */
  mask: SymbolicTensor | undefined

  constructor(graph: Graph, id: number, shape: Shape, dtype: Dtype) {
    this.graph = graph
    this.id = id
    this.shape = shape
    this.dtype = dtype
  }

  /** The same value with another mask, which has its first axes (or 1 in their place). */
  withMask(mask: SymbolicTensor | undefined): SymbolicTensor {
    if (mask === this.mask) return this
    if (mask && !mask.shape.every((d, i) => d === this.shape[i] || d === 1)) {
      const [own, given] = [this.shape, mask.shape].map(showShape)
      const message = `a mask of shape ${given} for values of shape ${own}; give one for each step`
      throw new GradloomError('shape', message)
    }
    const twin = new SymbolicTensor(this.graph, this.id, this.shape, this.dtype)
    twin.origin = this.origin
    twin.mask = mask
    return twin
  }
}

/** A tensor of the graph, or a number that is taken as an f32 scalar. */
export type Operand = SymbolicTensor | number

/** What one named input or output of a program looks like. */
export interface Port {
  readonly name: string
  readonly dtype: Dtype
  readonly shape: Shape
}

/** A finished graph, ready to be sent to the workers. */
export interface Program {
  /** The graph's bytes. */
  readonly wire: Uint8Array
  readonly inputs: readonly Port[]
  readonly outputs: readonly Port[]
  /** Variables that the program reads or assigns. */
  readonly variables: readonly Variable[]
  /** Floating-point operations of one run. */
  readonly flops: number
}

/** Runs `call`, turning errors of the core into `GradloomError`s. */
const checked = <T>(call: () => T): T => {
  try {
    return call()
  } catch (error) {
    if (error instanceof WebAssembly.RuntimeError) throw trapped(error)
    const code = (error as { code?: ErrorCode }).code
    if (!code) throw error
    throw new GradloomError(code, (error as Error).message)
  }
}

/** A value that has a gradient rule of its own. */
interface Rule {
  readonly y: SymbolicTensor
  readonly xs: readonly SymbolicTensor[]
  /** dy → dx of each */
  readonly gradient: (dy: SymbolicTensor) => readonly (SymbolicTensor | undefined)[]
}

/** A node and its gradient. */
type Seed = readonly [SymbolicTensor, SymbolicTensor]

const idsOf = (tensors: readonly SymbolicTensor[]): Uint32Array =>
  Uint32Array.from(tensors, (x) => x.id)

/** The core counts in u32: what does not fit must not wrap around. */
const dimsOf = (shape: Shape): Uint32Array => {
  const dims = Uint32Array.from(shape)
  if (dims.every((d, i) => d === shape[i])) return dims
  throw new GradloomError('shape', `[${shape}] is no shape that memory can hold`)
}

/** What `pullBack` says where there is no gradient. */
const NONE = 2 ** 32 - 1

export class Graph {
  readonly #builder: GraphBuilder
  readonly #inputs: Port[] = []
  readonly #outputs: Port[] = []
  readonly #variables = new Map<number, Variable>()
  readonly #assigns = new Map<Variable, SymbolicTensor>()
  readonly #written = new Set<Variable>()
  readonly #lent = new Map<Variable, { value: SymbolicTensor; next: SymbolicTensor }>()
  readonly #rules: Rule[] = []

  constructor() {
    this.#builder = new (core().GraphBuilder)()
  }

  #tensor(id: number): SymbolicTensor {
    const shape = [...this.#builder.shape(id)]
    return new SymbolicTensor(this, id, shape, this.#builder.dtype(id) === 0 ? 'float32' : 'int32')
  }

  /** A tensor that is given anew at every step. */
  input(name: string, dtype: Dtype, shape: Shape): SymbolicTensor {
    const id = checked(() => this.#builder.input(name, tagOf(dtype), dimsOf(shape)))
    this.#inputs.push({ name, dtype, shape })
    return this.#tensor(id)
  }

  /** The value of a variable when the step begins. */
  state(variable: Variable): SymbolicTensor {
    const lent = this.#lent.get(variable)
    if (lent) return lent.value
    this.#variables.set(variable.key, variable)
    const { key, dtype, shape } = variable
    return this.#tensor(checked(() => this.#builder.state(key, tagOf(dtype), dimsOf(shape))))
  }

  /** A tensor filled with one number. */
  fill(value: number, shape: Shape = []): SymbolicTensor {
    return this.#tensor(checked(() => this.#builder.fill(value, dimsOf(shape))))
  }

  /** Literal numbers. */
  constant(data: Elements, shape: Shape = [data.length]): SymbolicTensor {
    const dims = dimsOf(shape)
    if (data.length !== sizeOf(shape)) {
      throw new GradloomError('shape', `constant: ${data.length} values for shape [${shape}]`)
    }
    return this.#tensor(
      checked(() =>
        data instanceof Float32Array
          ? this.#builder.constantF32(data, dims)
          : this.#builder.constantI32(data, dims),
      ),
    )
  }

  /** Applies a primitive op of the core. Use the functions of `ops.ts`. */
  apply(op: string, inputs: readonly Operand[], attrs: readonly number[] = []): SymbolicTensor {
    const ids = inputs.map((x) => (typeof x === 'number' ? this.fill(x).id : x.id))
    return this.#tensor(
      checked(() => this.#builder.apply(op, Uint32Array.from(ids), Float64Array.from(attrs))),
    )
  }

  /** d loss / d each of `wrt`; `loss` has one element. */
  gradients(loss: SymbolicTensor, wrt: readonly SymbolicTensor[]): SymbolicTensor[] {
    const seeds: Seed[] = [[loss, this.fill(1, loss.shape)]]
    if (this.#rules.length === 0 || sizeOf(loss.shape) !== 1) {
      const grads = checked(() => this.#builder.gradients(loss.id, idsOf(wrt)))
      return Array.from(grads, (id) => this.#tensor(id))
    }
    return this.pullBack(seeds, wrt).map((grad, i) => grad ?? this.fill(0, wrt[i]?.shape))
  }

  /**
   * What reaches each of `wrt` when every tensor of `seeds` has the gradient beside it; `undefined`
   * where nothing does.
   */
  pullBack(seeds: readonly Seed[], wrt: readonly SymbolicTensor[]): (SymbolicTensor | undefined)[] {
    const all = [...seeds]
    // From the last to the first, as later ones may depend on earlier ones.
    for (const { y, xs, gradient } of this.#rules.toReversed()) {
      const [dy] = this.#through(all, [y])
      if (!dy) continue
      for (const [i, dx] of gradient(dy).entries()) {
        if (dx) all.push([xs[i] as SymbolicTensor, dx])
      }
    }
    return this.#through(all, wrt)
  }

  #through(seeds: readonly Seed[], wrt: readonly SymbolicTensor[]): (SymbolicTensor | undefined)[] {
    const [nodes, grads] = [seeds.map(([x]) => x), seeds.map(([, dx]) => dx)]
    const found = checked(() => this.#builder.pullBack(idsOf(nodes), idsOf(grads), idsOf(wrt)))
    return Array.from(found, (id) => (id === NONE ? undefined : this.#tensor(id)))
  }

  /** The value of `x` as a tensor of its own, to which no gradient comes. */
  apart(x: SymbolicTensor): SymbolicTensor {
    return this.#tensor(checked(() => this.#builder.apart(x.id)))
  }

  /** The value of `y`, whose gradient with respect to `xs` is what `gradient` makes of dy. */
  withGradient(y: SymbolicTensor, xs: readonly SymbolicTensor[], gradient: Rule['gradient']) {
    const apart = this.apart(y)
    this.#rules.push({ y: apart, xs, gradient })
    return apart
  }

  /** From now on `variable` is `value` here; assigning it changes what `returned` gives. */
  lend(variable: Variable, value: SymbolicTensor): void {
    this.#lent.set(variable, { value, next: value })
  }

  /** What a lent variable was assigned, or lent as. */
  returned(variable: Variable): SymbolicTensor {
    return this.#lent.get(variable)?.next ?? this.state(variable)
  }

  /** Ends the lending; returns what `returned` gives. */
  reclaim(variable: Variable): SymbolicTensor {
    const value = this.returned(variable)
    this.#lent.delete(variable)
    return value
  }

  /** After the step, `variable` holds `value`. */
  assign(variable: Variable, value: SymbolicTensor): void {
    const lent = this.#lent.get(variable)
    if (lent) {
      lent.next = value
      return
    }
    if (this.#assigns.has(variable)) {
      throw new GradloomError('argument', `assign: '${variable.name}' is assigned twice.`)
    }
    this.#variables.set(variable.key, variable)
    this.#assigns.set(variable, value)
  }

  /** What the variables will hold after the step, in the order in which they were assigned. */
  get assigned(): ReadonlyMap<Variable, SymbolicTensor> {
    return this.#assigns
  }

  /** Puts another value in the place of the one that was assigned. */
  reassign(variable: Variable, value: SymbolicTensor): void {
    this.#assigns.delete(variable)
    this.assign(variable, value)
  }

  /** Hands the assignments to the core, each once. */
  #write(): void {
    for (const [variable, value] of this.#assigns) {
      if (this.#written.has(variable)) continue
      this.#written.add(variable)
      checked(() => this.#builder.assign(variable.key, value.id))
    }
  }

  /** Makes `value` available to the caller under `name`. */
  output(name: string, value: SymbolicTensor): void {
    checked(() => this.#builder.output(name, value.id))
    this.#outputs.push({ name, dtype: value.dtype, shape: value.shape })
  }

  /** The graph as text, one node a line. */
  print(): string {
    this.#write()
    return this.#builder.print()
  }

  /** Ends the description; the graph cannot be used after it. */
  finish(): Program {
    this.#write()
    const program = {
      wire: checked(() => this.#builder.wire()),
      inputs: this.#inputs,
      outputs: this.#outputs,
      variables: [...this.#variables.values()],
      flops: this.#builder.flops(),
    }
    this.free()
    return program
  }

  /** Throws the description away. */
  free(): void {
    this.#builder.free()
  }
}
