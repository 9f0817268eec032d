// Replicas talk to each other: one message to each peer and step, over direct lines. It knows no
// graphs; `replica-run.ts` decides what is said.

import { GradloomError } from '../errors.ts'
import { PEER } from './faults.ts'

/** What a replica says about a step. `steps`: how many to run next, where one leads. */
export interface Word {
  readonly verdict: 'go' | 'aborted' | 'non-finite' | 'failed'
  readonly steps: number
  readonly states: ArrayBuffer | undefined
}

/** A word as it travels: with the number of the run that it belongs to. */
type Sent = Word & { readonly run: number }

/** The replica that runs shard `stage`. */
export const ownerOf = (stage: number, shards: number, replicas: number): number =>
  Math.floor((stage * replicas) / shards)

/** Lines to the other replicas. Words arrive in the order in which they were said. */
export class Peers {
  readonly index: number
  readonly count: number
  readonly #ports: readonly (MessagePort | undefined)[]
  readonly #arrived: Sent[][]
  readonly #waiting: (((word: Sent) => void) | undefined)[]
  /** Buffers that came from a peer and can go back to it. */
  readonly #spare: (ArrayBuffer | undefined)[] = []
  #run = 0

  constructor(ports: readonly (MessagePort | undefined)[], index: number) {
    this.index = index
    this.count = ports.length
    this.#ports = ports
    this.#arrived = ports.map(() => [])
    this.#waiting = ports.map(() => undefined)
    ports.forEach((port, peer) => {
      port?.addEventListener('message', (event) => this.#receive(peer, event.data as Sent))
      port?.start()
    })
  }

  /** The indices of all replicas but this one, in shard order. */
  get others(): number[] {
    return [...this.#ports.keys()].filter((peer) => peer !== this.index)
  }

  /** A new run begins here; what is still to come from earlier ones will not be heard. */
  begin(): void {
    this.#run += 1
  }

  say(peer: number, word: Word): void {
    const sent: Sent = { ...word, run: this.#run }
    this.#ports[peer]?.postMessage(sent, word.states ? [word.states] : [])
  }

  sayAll(word: Omit<Word, 'states'>): void {
    for (const peer of this.others) this.say(peer, { ...word, states: undefined })
  }

  /** The last buffer that came from `peer`, to be filled and sent back. */
  take(peer: number): ArrayBuffer | undefined {
    const spare = this.#spare[peer]
    this.#spare[peer] = undefined
    return spare
  }

  /** Lays up a buffer that came from `peer` and has been read; for later runs, too. */
  keep(peer: number, buffer: ArrayBuffer): void {
    this.#spare[peer] = buffer
  }

  /** The next word of `peer` in this run. Throws if the peer failed. */
  async hear(peer: number): Promise<Word> {
    let word: Sent
    do {
      word = this.#arrived[peer]?.shift() ?? (await this.#next(peer))
    } while (word.run < this.#run)
    if (word.verdict !== 'failed') return word
    const message = `replica ${peer} failed in the middle of a step`
    throw new GradloomError('worker-died', message, { subject: PEER })
  }

  #next(peer: number): Promise<Sent> {
    return new Promise((resolve) => {
      this.#waiting[peer] = resolve
    })
  }

  #receive(peer: number, word: Sent): void {
    const waiting = this.#waiting[peer]
    this.#waiting[peer] = undefined
    if (waiting) waiting(word)
    else this.#arrived[peer]?.push(word)
  }
}
