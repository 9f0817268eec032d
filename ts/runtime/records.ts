// Numbers that go into the core's memory and come out of it: states, feeds, records. Views of parts
// are made for one use and never kept, because memory may grow between any two calls.

import { GradloomError } from '../errors.ts'
import type { Dtype, Elements } from '../shape.ts'
import type { CoreSession } from './core.ts'
import type { FeedForm, RunRequest, RunResult, Stage } from './protocol.ts'

/** By buffer: a memory has another one when it has grown. */
const wholes = /* @__PURE__ */ new WeakMap<ArrayBufferLike, Record<Dtype, Elements>>()

/** All of a memory as `dtype`. */
const wholeOf = ({ buffer }: WebAssembly.Memory, dtype: Dtype): Elements => {
  const known = wholes.get(buffer)
  if (known) return known[dtype]
  const fresh = { float32: new Float32Array(buffer), int32: new Int32Array(buffer) }
  wholes.set(buffer, fresh)
  return fresh[dtype]
}

/** `length` elements at `pointer`, for use before the next call into the core. */
export const view = (
  memory: WebAssembly.Memory,
  dtype: Dtype,
  pointer: number,
  length: number,
): Elements => {
  const at = (pointer >>> 0) / 4
  return wholeOf(memory, dtype).subarray(at, at + length) as Elements
}

/** A copy of them. */
export const taken = (
  memory: WebAssembly.Memory,
  dtype: Dtype,
  pointer: number,
  length: number,
): Elements => {
  const at = (pointer >>> 0) / 4
  return wholeOf(memory, dtype).slice(at, at + length) as Elements
}

/** Copies `data` to `pointer`, bit by bit. */
export const put = (memory: WebAssembly.Memory, pointer: number, data: Elements): void => {
  const whole = wholeOf(memory, data instanceof Int32Array ? 'int32' : 'float32')
  // The two overloads of `set` do not meet in one call; both copy the same type.
  ;(whole as Float32Array).set(data as Float32Array, (pointer >>> 0) / 4)
}

/** `put` into a memory that another thread may have made longer. */
export const putShared = (memory: WebAssembly.Memory, pointer: number, data: Elements): void => {
  const end = (pointer >>> 0) + data.byteLength
  // An old view stays short until this thread looks again.
  if (end > memory.buffer.byteLength) memory.grow(0)
  put(memory, pointer, data)
}

/** A loaded program's inputs and outputs: name → slot. */
export interface Ports {
  readonly inputs: readonly string[]
  readonly outputs: readonly string[]
}

const wrong = (message: string, subject: string): GradloomError =>
  new GradloomError('argument', message, { subject })

/** Where the feeds of a program go, for a run of `steps` steps. */
export const roomFor = (
  session: CoreSession,
  ports: Ports,
  program: number,
  feeds: readonly FeedForm[],
  steps: number,
): number[] => {
  const missing = ports.inputs.find((name) => !feeds.some((feed) => feed.input === name))
  if (missing !== undefined) throw wrong(`input '${missing}' was not fed`, missing)
  return feeds.map(({ input, data, perStep }) => {
    const slot = ports.inputs.indexOf(input)
    if (slot < 0) throw wrong(`there is no input '${input}'; there are: ${ports.inputs}`, input)
    const times = perStep ? steps : 1
    const wanted = session.inputSize(program, slot) * times
    if (data.length !== wanted) {
      const wants = `${wanted} numbers for ${times} steps`
      const message = `input '${input}' takes ${wants}, not ${data.length}`
      throw new GradloomError('shape', message, { subject: input })
    }
    return session.feed(program, slot, times)
  })
}

const mustDiffer = (stages: readonly Stage[]): void => {
  if (stages.length < 2) return
  const ids = new Set(stages.map((stage) => stage.program))
  if (ids.size < stages.length) throw wrong('a program runs once in a step', 'stages')
}

/** A run under way: programs with their feeds in place. */
export class Run {
  readonly session: CoreSession
  readonly steps: number
  readonly guard: boolean
  readonly #memory: WebAssembly.Memory
  readonly #ports: readonly Ports[]
  readonly #stages: readonly Stage[]

  constructor(
    session: CoreSession,
    memory: WebAssembly.Memory,
    ports: readonly Ports[],
    request: RunRequest,
    /** Which of the stages run here. */
    here: (stage: number) => boolean = () => true,
  ) {
    this.session = session
    this.steps = request.steps
    this.guard = request.guard
    this.#memory = memory
    this.#ports = ports
    this.#stages = request.stages
    mustDiffer(request.stages)
    if (request.fed) return
    for (const [i, { program, feeds }] of request.stages.entries()) {
      if (!here(i)) continue
      const places = roomFor(session, ports[i] as Ports, program, feeds, request.steps)
      for (const [j, { data }] of feeds.entries()) put(memory, places[j] as number, data)
    }
  }

  /** Programs of stages `from..to`. */
  programs(from = 0, to = this.#stages.length): Uint32Array {
    return new Uint32Array(this.#stages.slice(from, to).map((stage) => stage.program))
  }

  /** The records of `steps` steps of the stages that ran here. */
  result(
    steps: number,
    stopped: RunResult['stopped'],
    here: (stage: number) => boolean = () => true,
  ): RunResult {
    const outputs = this.#stages.map((_, i) => (here(i) ? this.#records(i, steps) : {}))
    return { steps, stopped, outputs }
  }

  #records(stage: number, steps: number): Record<string, Elements> {
    const { program } = this.#stages[stage] as Stage
    const records: Record<string, Elements> = {}
    for (const [slot, name] of (this.#ports[stage] as Ports).outputs.entries()) {
      const length = steps * this.session.outputSize(program, slot)
      const pointer = length > 0 ? this.session.fetched(program, slot) : 0
      records[name] = taken(this.#memory, 'float32', pointer, length)
    }
    return records
  }
}

/** All buffers of a result, to be transferred. */
export const buffersOf = (result: RunResult): ArrayBuffer[] =>
  result.outputs.flatMap((record) => Object.values(record).map((x) => x.buffer as ArrayBuffer))
