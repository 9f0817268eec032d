// What the wasm module exports, the same in all its variants (types only), and the instance that
// the caller's thread uses to describe graphs.

import { GradloomError } from '../errors.ts'

/** 0: float32, 1: int32. */
export type DtypeTag = 0 | 1

/** Describes a graph; every call checks shapes and throws an `Error` with a `code`. */
export interface GraphBuilder {
  input(name: string, dtype: DtypeTag, shape: Uint32Array): number
  state(key: number, dtype: DtypeTag, shape: Uint32Array): number
  fill(value: number, shape: Uint32Array): number
  constantF32(data: Float32Array, shape: Uint32Array): number
  constantI32(data: Int32Array, shape: Uint32Array): number
  apply(op: string, inputs: Uint32Array, attrs: Float64Array): number
  shape(node: number): Uint32Array
  dtype(node: number): DtypeTag
  gradients(loss: number, wrt: Uint32Array): Uint32Array
  /**
   * Gradients of `wrt` where each of `seeds` has the one beside it in `grads`; 2³² − 1: none.
   */
  pullBack(seeds: Uint32Array, grads: Uint32Array, wrt: Uint32Array): Uint32Array
  /** The value as a node of its own, without a gradient. */
  apart(node: number): number
  output(name: string, node: number): void
  assign(key: number, node: number): void
  /** Floating-point operations of one run. */
  flops(): number
  wire(): Uint8Array
  print(): string
  free(): void
}

/** State buffers and loaded programs; lives in a worker. Pointers are byte offsets in `memory`. */
export interface CoreSession {
  /** Allocates the state `key`, zero-filled; a known key of the same type is kept. */
  define(key: number, dtype: DtypeTag, shape: Uint32Array): void
  /** Frees the state `key`. */
  drop(key: number): void
  pointer(key: number): number
  /** Elements of the state `key`. */
  size(key: number): number
  /** Verifies and plans a program; all its states must be defined. Returns its id. */
  load(wire: Uint8Array, threads: number): number
  unload(program: number): void
  /** The plan as a printed table. */
  plan(program: number): string
  /** Bytes of the arena that the program needs; the session shares one arena. */
  arenaBytes(program: number): number
  /** Names of the program's inputs / outputs, in slot order. */
  inputs(program: number): string[]
  outputs(program: number): string[]
  /** Elements of one step of an input or output slot. */
  inputSize(program: number, slot: number): number
  outputSize(program: number, slot: number): number
  /** Room for `steps` steps of input `slot`; returns where to write. */
  feed(program: number, slot: number, steps: number): number
  /** After a run: where the records of output `slot` start (`steps × outputSize` floats). */
  fetched(program: number, slot: number): number
  /**
   * Runs `programs` one after the other, `steps` times (from step `first` of the feeds).
   * Stops early when the abort flag is raised or, if `guard`, an output named `loss` is not finite.
   * Returns the steps done; `stopReason` tells why (0 done, 1 aborted, 2 not finite).
   */
  run(programs: Uint32Array, first: number, steps: number, guard: boolean): number
  stopReason(): number
  bytes(): number
  free(): void
}

export interface Core {
  GraphBuilder: new () => GraphBuilder
  Session: new () => CoreSession
  /**
   * Prepares the pool for this many threads (this one included); before any helper starts. Where
   * they outnumber the cores, waiting threads sleep soon.
   */
  startPool(threads: number, cores: number): void
  /** Runs helper thread `index` (1-based) until `stopPool`; never returns before. */
  helperMain(index: number): void
  stopPool(): void
  /**
   * Byte offset of the abort flag (an i32: 0 run, 1 stop after this step), which the caller lowers.
   */
  abortFlag(): number
  /** Seeded Fisher–Yates permutation of `0..n`. */
  permutation(n: number, seedLo: number, seedHi: number, epoch: number): Int32Array
  /** Library functions of the module, the same bits in every engine. */
  pow(x: number, y: number): number
  exp(x: number): number
  log(x: number): number
  cos(x: number): number
  opNames(): string[]
  version(): string
  /** After a trap: the bytes for want of which it happened; 0 if there was another reason. */
  refusedBytes(): number
  /** All of the module's memory, in bytes. */
  memoryBytes(): number
}

let page: Core | undefined
let remake: (() => Core) | undefined

/**
 * Sets the instance of the caller's thread (`undefined` after `shutdown`), and what makes another
 * one after a trap.
 */
export const setCore = (core: Core | undefined, again?: () => Core): void => {
  page = core
  remake = again
}

/** The error of a trap on the caller's thread, which goes on with a fresh instance. */
export const trapped = (cause: unknown): GradloomError => {
  const refused = page?.refusedBytes() ?? 0
  page = remake?.() ?? page
  return refused > 0
    ? new GradloomError(
        'out-of-memory',
        `The description of a graph takes ${refused} bytes more than there are; feed large arrays ` +
          'as inputs instead of constants.',
        { cause },
      )
    : new GradloomError('trap', `The core failed: ${cause}. Please report it.`, { cause })
}

/** The instance of the caller's thread. Throws `not-initialized` before `await init()`. */
export const core = (): Core => {
  if (page) return page
  throw new GradloomError(
    'not-initialized',
    'Gradloom is not initialised: call `await init()` once before describing a model ' +
      'or a tensor op.',
  )
}
