// Numbers that go into the core's memory and come out of it: states, feeds, records. Views are made
// for one use and never kept, because memory may grow between any two calls.

import { GradloomError } from '../errors.ts'
import type { Dtype, Elements } from '../shape.ts'
import type { CoreSession } from './core.ts'
import type { RunRequest, RunResult, Stage } from './protocol.ts'

/** `length` elements at `pointer`, for use before the next call into the core. */
export const view = (
  memory: WebAssembly.Memory,
  dtype: Dtype,
  pointer: number,
  length: number,
): Elements => {
  const at = pointer >>> 0
  return dtype === 'int32'
    ? new Int32Array(memory.buffer, at, length)
    : new Float32Array(memory.buffer, at, length)
}

/** Copies `data` to `pointer`, bit by bit. */
export const put = (memory: WebAssembly.Memory, pointer: number, data: Elements): void => {
  const dtype = data instanceof Int32Array ? 'int32' : 'float32'
  // The two overloads of `set` do not meet in one call; both copy the same type.
  ;(view(memory, dtype, pointer, data.length) as Float32Array).set(data as Float32Array)
}

/** A loaded program's inputs and outputs: name → slot. */
export interface Ports {
  readonly inputs: readonly string[]
  readonly outputs: readonly string[]
}

const wrong = (message: string, subject: string): GradloomError =>
  new GradloomError('argument', message, { subject })

const feedStage = (
  session: CoreSession,
  memory: WebAssembly.Memory,
  ports: Ports,
  { program, feeds }: Stage,
  steps: number,
): void => {
  const missing = ports.inputs.filter((name) => !feeds.some((feed) => feed.input === name))
  if (missing.length > 0) throw wrong(`input '${missing[0]}' was not fed`, missing[0] as string)
  for (const { input, data, perStep } of feeds) {
    const slot = ports.inputs.indexOf(input)
    if (slot < 0) throw wrong(`there is no input '${input}'; there are: ${ports.inputs}`, input)
    const times = perStep ? steps : 1
    const wanted = session.inputSize(program, slot) * times
    if (data.length !== wanted) {
      const wants = `${wanted} numbers for ${times} steps`
      const message = `input '${input}' takes ${wants}, not ${data.length}`
      throw new GradloomError('shape', message, { subject: input })
    }
    put(memory, session.feed(program, slot, times), data)
  }
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
    const ids = new Set(request.stages.map((stage) => stage.program))
    if (ids.size < request.stages.length) throw wrong('a program runs once in a step', 'stages')
    request.stages.forEach((stage, i) => {
      if (here(i)) feedStage(session, memory, ports[i] as Ports, stage, request.steps)
    })
  }

  /** Programs of stages `from..to`. */
  programs(from = 0, to = this.#stages.length): Uint32Array {
    return Uint32Array.from(this.#stages.slice(from, to), (stage) => stage.program)
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
    const names = (this.#ports[stage] as Ports).outputs
    const entries = names.map((name, slot) => {
      const length = steps * this.session.outputSize(program, slot)
      const pointer = length > 0 ? this.session.fetched(program, slot) : 0
      return [name, view(this.#memory, 'float32', pointer, length).slice()] as const
    })
    return Object.fromEntries(entries)
  }
}

/** All buffers of a result, to be transferred. */
export const buffersOf = (result: RunResult): ArrayBuffer[] =>
  result.outputs.flatMap((record) => Object.values(record).map((x) => x.buffer as ArrayBuffer))
