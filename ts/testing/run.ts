// Runs described graphs on the calling thread, for tests: the `simd` build of the core, loaded
// synchronously in Node. Not part of the package.

import { readFileSync } from 'node:fs'
import { Graph, type Program, type SymbolicTensor } from '../graph.ts'
import { type GraphPass, passOver as walkOver } from '../layers/pass.ts'
import { type Core, type CoreSession, setCore } from '../runtime/core.ts'
import { makeCore, makeMemory } from '../runtime/instance.ts'
import { type Dtype, type Elements, type Shape, sizeOf } from '../shape.ts'
import type { Variable } from '../variable.ts'

const WASM = new URL('../../build/wasm/simd/gradloom_bg.wasm', import.meta.url)
const MEMORY_BYTES = 2 ** 28

/** Numbers and their shape; float32 unless said. */
export interface Values {
  readonly shape: Shape
  readonly data: ArrayLike<number>
  readonly dtype?: Dtype
}

let loaded: { core: Core; memory: WebAssembly.Memory } | undefined

/** The core of this test file; made at the first call, then also what `core()` returns. */
export const loadCore = (): Core => {
  if (!loaded) {
    const memory = makeMemory(MEMORY_BYTES, false)
    const core = makeCore(new WebAssembly.Module(readFileSync(WASM)), memory)
    loaded = { core, memory }
  }
  setCore(loaded.core)
  return loaded.core
}

const view = (pointer: number, length: number, dtype: Dtype): Elements => {
  const { buffer } = (loaded as { memory: WebAssembly.Memory }).memory
  return dtype === 'int32'
    ? new Int32Array(buffer, pointer, length)
    : new Float32Array(buffer, pointer, length)
}

/** A session whose variables start with their initial values. */
export class Runner {
  readonly #session: CoreSession
  readonly #known = new Set<number>()

  constructor() {
    this.#session = new (loadCore().Session)()
  }

  /** Runs `initialize` of each variable, with the stream that is its place in the list. */
  initialize(variables: readonly Variable[], seed: readonly [number, number] = [1, 2]): void {
    const graph = new Graph()
    const rng = graph.constant(Int32Array.of(...seed, 0, 0))
    variables.forEach((variable, stream) => {
      graph.assign(variable, variable.initialize(variable.shape, { graph, rng, stream }))
    })
    this.run(graph.finish())
  }

  #define(variable: Variable): void {
    const { key, dtype, shape } = variable
    if (this.#known.has(key)) return
    this.#session.define(key, dtype === 'int32' ? 1 : 0, Uint32Array.from(shape))
    this.#known.add(key)
  }

  read(variable: Variable): Elements {
    this.#define(variable)
    const { key, dtype, shape } = variable
    return view(this.#session.pointer(key), sizeOf(shape), dtype).slice()
  }

  write(variable: Variable, data: ArrayLike<number>): void {
    this.#define(variable)
    const { key, dtype, shape } = variable
    view(this.#session.pointer(key), sizeOf(shape), dtype).set(data)
  }

  /** One step of a program. */
  run(program: Program, feeds: Readonly<Record<string, ArrayLike<number>>> = {}) {
    for (const variable of program.variables) this.#define(variable)
    const session = this.#session
    const id = session.load(program.wire, 1)
    session.inputs(id).forEach((name, slot) => {
      const port = program.inputs.find((input) => input.name === name)
      const data = feeds[name]
      if (!port || !data) throw new Error(`the test feeds no '${name}'`)
      if (data.length !== session.inputSize(id, slot)) throw new Error(`wrong size of '${name}'`)
      view(session.feed(id, slot, 1), data.length, port.dtype).set(data)
    })
    session.run(Uint32Array.of(id), 0, 1, false)
    const outputs = session.outputs(id).map((name, slot) => {
      const port = program.outputs.find((output) => output.name === name)
      const size = session.outputSize(id, slot)
      return [name, view(session.fetched(id, slot), size, port?.dtype ?? 'float32').slice()]
    })
    session.unload(id)
    return Object.fromEntries(outputs) as Record<string, Elements>
  }
}

/** Feeds `inputs` to the graph that `describe` builds of them, and returns the results by name. */
export const evaluate = <N extends string, O extends string>(
  inputs: Readonly<Record<N, Values>>,
  describe: (
    x: Readonly<Record<N, SymbolicTensor>>,
    graph: Graph,
  ) => Readonly<Record<O, SymbolicTensor>>,
): Record<O, { shape: Shape; data: Elements }> => {
  const runner = new Runner()
  const graph = new Graph()
  const names = Object.keys(inputs) as N[]
  const tensors = names.map((name) => {
    const { shape, dtype = 'float32' } = inputs[name]
    return [name, graph.input(name, dtype, shape)] as const
  })
  const results = describe(Object.fromEntries(tensors) as Record<N, SymbolicTensor>, graph)
  const shapes = {} as Record<O, Shape>
  for (const name of Object.keys(results) as O[]) {
    graph.output(name, results[name])
    shapes[name] = results[name].shape
  }
  const feeds = Object.fromEntries(names.map((name) => [name, inputs[name].data]))
  const outputs = runner.run(graph.finish(), feeds)
  return Object.fromEntries(
    Object.entries(outputs).map(([name, data]) => [name, { shape: shapes[name as O], data }]),
  ) as Record<O, { shape: Shape; data: Elements }>
}

/** The walk of layers over a graph, at inference unless said. */
export const passOver = (graph: Graph, training = false, rng?: SymbolicTensor): GraphPass =>
  walkOver(graph, training, rng ?? graph.constant(Int32Array.of(1, 2, 0, 0)))
