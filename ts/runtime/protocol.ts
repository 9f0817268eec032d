// What crosses the worker boundary: types only, so that both sides import the same words.

import type { ErrorCode } from '../errors.ts'
import type { Dtype, Elements, Shape } from '../shape.ts'

/** A variable's place in the workers. */
export interface StateSpec {
  readonly key: number
  readonly dtype: Dtype
  readonly shape: Shape
}

/** How many numbers one input takes: `perStep` has one value a step, else one for all steps. */
export interface FeedForm {
  readonly input: string
  readonly data: { readonly length: number }
  readonly perStep: boolean
}

/** Numbers for one input of one program. */
export interface Feed extends FeedForm {
  readonly data: Elements
}

/** One program of a step, with its feeds. */
export interface Stage {
  readonly program: number
  readonly feeds: readonly Feed[]
}

/**
 * `steps` training steps in one call. A step runs `stages` in order. In replica mode, stage `i` of
 * the `shards` first stages runs on replica `i * replicas / shards` alone; the states `exchange[i]`
 * that it assigned are then sent to the other replicas, and the stages after run everywhere.
 */
export interface RunRequest {
  readonly steps: number
  readonly stages: readonly Stage[]
  readonly shards: number
  readonly exchange: readonly (readonly number[])[]
  /** Stop after a step whose output `loss` is not finite. */
  readonly guard: boolean
  /** No stage assigns a state: replicas may divide the steps among themselves. */
  readonly pure?: boolean
  /** The feeds lie where `room` said. */
  readonly fed?: boolean
}

export interface RunResult {
  /** Steps that ran to their end. */
  readonly steps: number
  readonly stopped: 'done' | 'aborted' | 'non-finite'
  /**
   * For each stage, each output by name: `steps × size` numbers, i32 in the bits of f32. Stages
   * that did not run on a replica have none there.
   */
  readonly outputs: readonly Record<string, Elements>[]
}

export interface LoadResult {
  readonly program: number
  readonly arenaBytes: number
}

/** Everything a pool of workers can be asked; one flat object. All sessions share the workers. */
export interface PoolApi {
  createSession(): Promise<number>
  disposeSession(session: number): Promise<void>
  define(session: number, states: readonly StateSpec[]): Promise<void>
  drop(session: number, keys: readonly number[]): Promise<void>
  write(session: number, key: number, data: Elements): Promise<void>
  read(session: number, keys: readonly number[]): Promise<Elements[]>
  load(session: number, wire: Uint8Array): Promise<LoadResult>
  unload(session: number, program: number): Promise<void>
  /** The plan as a printed table. */
  plan(session: number, program: number): Promise<string>
  run(session: number, request: RunRequest): Promise<RunResult>
  /** Bytes of wasm memory in all the workers. */
  memory(): Promise<number>
}

/** How the work is spread. */
export type Mode = 'shared' | 'replica' | 'inline'
export type Numerics = 'exact' | 'fast'
/** Which build of the core runs. */
export type Variant = 'simd' | 'threads' | 'fast'

/** What a worker that holds sessions answers: a pool's questions, and a call to stop. */
export interface WorkerApi extends PoolApi {
  /** Ends the run under way after its current step; it does not wait for its turn. */
  abort(): Promise<void>
  /** Where the `size` numbers of a variable lie, for who shares the memory. */
  place(session: number, key: number, size: number): Promise<number>
  /** Where the feeds of a program go: the same places until it is asked again. */
  room(
    session: number,
    program: number,
    feeds: readonly FeedForm[],
    steps: number,
  ): Promise<number[]>
}

/**
 * A leader runs the sessions of a shared memory, helpers lend it their threads, a replica is alone.
 */
export type Role = 'leader' | 'helper' | 'replica'

/** The first message to a worker; calls arrive at `port`. @internal */
export type Boot =
  | {
      readonly role: 'leader'
      readonly module: WebAssembly.Module
      readonly memory: WebAssembly.Memory
      readonly threads: number
      readonly cores: number
      readonly port: MessagePort
    }
  | {
      readonly role: 'helper'
      readonly module: WebAssembly.Module
      readonly memory: WebAssembly.Memory
      /** 1, 2 … */
      readonly index: number
    }
  | {
      readonly role: 'replica'
      readonly module: WebAssembly.Module
      readonly memoryLimit: number
      readonly port: MessagePort
      readonly index: number
      /** A line to each replica; none at `index`. */
      readonly peers: readonly (MessagePort | undefined)[]
    }

/** An error in words that survive `postMessage`. */
export interface ErrorRecord {
  readonly name: string
  readonly message: string
  readonly stack: string | undefined
  readonly code: ErrorCode | undefined
  readonly subject: string | undefined
}

/** What a worker tells unasked. */
export type Notice =
  | { readonly kind: 'ready'; readonly abortFlag: number }
  | { readonly kind: 'memory'; readonly bytes: number }
  | { readonly kind: 'fault'; readonly error: ErrorRecord }
