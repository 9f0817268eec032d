// One replica's side of a run. With shards, it runs its own ones, trades the states that they
// assigned for those of the others, and runs the stages after; without, the first replica says how
// many steps all run next. Either way all replicas stop after the same step.

import type { Elements } from '../shape.ts'
import { ownerOf, type Peers, type Word } from './exchange.ts'
import type { RunRequest } from './protocol.ts'
import { put, type Run, view } from './records.ts'
import { type Breath, inSlices, type Stopped, stopReason, type Walked } from './steps.ts'

type Verdict = Word['verdict']

/** Who owns which shards, and the states that they assign. */
export class Shards {
  readonly count: number
  readonly #exchange: RunRequest['exchange']
  readonly #replicas: number

  constructor(request: RunRequest, replicas: number) {
    this.count = request.exchange.length
    this.#exchange = request.exchange
    this.#replicas = replicas
  }

  /** The shards of `replica` are stages `from..to`. */
  range(replica: number): [from: number, to: number] {
    const owners = Array.from({ length: this.count }, (_, i) =>
      ownerOf(i, this.count, this.#replicas),
    )
    return [owners.filter((o) => o < replica).length, owners.filter((o) => o <= replica).length]
  }

  /** Stage `i` runs on `replica`. */
  isAt(replica: number, i: number): boolean {
    return i >= this.count || ownerOf(i, this.count, this.#replicas) === replica
  }

  /** States that the shards of `replica` assign, in shard order. */
  keys(replica: number): readonly number[] {
    return this.#exchange.slice(...this.range(replica)).flat()
  }
}

/** Steps without shards: every replica runs the same, as many at a time as the first one says. */
export const together = (run: Run, breath: Breath, peers: Peers): Promise<Walked> =>
  inSlices(run, breath, async (wanted) => {
    if (peers.index > 0) return (await peers.hear(0)).steps
    const steps = breath.aborted() ? 0 : wanted
    peers.sayAll({ verdict: 'go', steps })
    return steps
  })

/** Steps with shards: own stages, exchange, the stages after. */
export class ShardedRun {
  readonly #run: Run
  readonly #peers: Peers
  readonly #memory: WebAssembly.Memory
  readonly #aborted: () => boolean
  readonly #own: Uint32Array
  readonly #rest: Uint32Array
  /** For each replica, the states it sends. */
  readonly #keys: readonly (readonly number[])[]
  /** Of a buffer that holds what any replica sends, so that the same ones go back and forth. */
  readonly #bytes: number

  constructor(
    run: Run,
    shards: Shards,
    peers: Peers,
    memory: WebAssembly.Memory,
    aborted: () => boolean,
  ) {
    this.#run = run
    this.#peers = peers
    this.#memory = memory
    this.#aborted = aborted
    this.#own = run.programs(...shards.range(peers.index))
    this.#rest = run.programs(shards.count)
    this.#keys = Array.from({ length: peers.count }, (_, replica) => shards.keys(replica))
    const numbers = this.#keys.map((keys) => keys.reduce((n, key) => n + run.session.size(key), 0))
    this.#bytes = 4 * Math.max(...numbers)
  }

  async walk(): Promise<Walked> {
    for (let step = 0; step < this.#run.steps; step++) {
      const stopped = await this.#step(step)
      if (stopped !== 'done') return { steps: step + 1, stopped }
    }
    return { steps: this.#run.steps, stopped: 'done' }
  }

  async #step(step: number): Promise<Stopped> {
    const own = this.#runStages(this.#own, step)
    const last = step + 1 === this.#run.steps
    const stop = this.#peers.index === 0 && !last && this.#aborted()
    const verdicts = await this.#trade(own === 'non-finite' ? own : stop ? 'aborted' : 'go')
    const rest = this.#runStages(this.#rest, step)
    if (rest === 'non-finite' || verdicts.includes('non-finite')) return 'non-finite'
    return verdicts.includes('aborted') ? 'aborted' : 'done'
  }

  #runStages(programs: Uint32Array, step: number): Stopped {
    if (programs.length === 0) return 'done'
    this.#run.session.run(programs, step, 1, this.#run.guard)
    return stopReason(this.#run)
  }

  /** Sends own states to all, and puts those of all others in place. Returns what everyone says. */
  async #trade(verdict: Verdict): Promise<Verdict[]> {
    for (const peer of this.#peers.others) {
      this.#peers.say(peer, { verdict, steps: 1, states: this.#pack(peer) })
    }
    const verdicts = [verdict]
    for (const peer of this.#peers.others) {
      const word = await this.#peers.hear(peer)
      if (word.states) this.#unpack(peer, word.states)
      verdicts.push(word.verdict)
    }
    return verdicts
  }

  #state(key: number): Elements {
    const { session } = this.#run
    return view(this.#memory, 'float32', session.pointer(key), session.size(key))
  }

  #pack(peer: number): ArrayBuffer | undefined {
    const keys = this.#keys[this.#peers.index] as readonly number[]
    const spare = this.#peers.take(peer)
    if (keys.length === 0) return spare
    const packed = new Float32Array(
      spare?.byteLength === this.#bytes ? spare : new ArrayBuffer(this.#bytes),
    )
    let at = 0
    for (const key of keys) {
      const state = this.#state(key)
      packed.set(state, at)
      at += state.length
    }
    return packed.buffer
  }

  #unpack(peer: number, states: ArrayBuffer): void {
    const { session } = this.#run
    let at = 0
    for (const key of this.#keys[peer] as readonly number[]) {
      const size = session.size(key)
      put(this.#memory, session.pointer(key), new Float32Array(states, at * 4, size))
      at += size
    }
    this.#peers.keep(peer, states)
  }
}
