// Loss and metrics over many steps: sums of the workers' records, added in the order of the steps
// in f64, so that they do not depend on how the steps were cut into calls.

import type { Logs } from '../callbacks/callback.ts'
import type { SessionResult } from '../runtime/session.ts'
import type { Elements } from '../shape.ts'
import type { Compiled } from './compiled.ts'
import { LOSS, lossOutput, metricOutput } from './programs.ts'

type Measures = Pick<Compiled, 'metrics' | 'lossKeys'>

/** The sums over the steps so far. */
export interface Sums {
  readonly loss: number
  readonly samples: number
  readonly metrics: readonly number[][]
  readonly losses: readonly (readonly [string, number])[]
}

export class Totals {
  readonly #compiled: Measures
  readonly #sums: number[][] = []
  /** Of the outputs that have one of their own, by its key. */
  #losses = new Map<string, number>()
  #loss = 0
  #samples = 0

  /** The metrics may become known with the first samples. `sums`: those of another's `state`. */
  constructor(compiled: Measures, sums?: Sums) {
    this.#compiled = compiled
    if (!sums) return
    this.#loss = sums.loss
    this.#samples = sums.samples
    this.#sums.push(...sums.metrics)
    this.#losses = new Map(sums.losses)
  }

  get state(): Sums {
    const [metrics, losses] = [this.#sums, [...this.#losses]]
    return { loss: this.#loss, samples: this.#samples, metrics, losses }
  }

  get samples(): number {
    return this.#samples
  }

  /** The steps of a call, of `batch` samples each, by programs in `parts` parts. */
  add({ steps, outputs }: SessionResult, batch: number, parts: number): void {
    const records = outputs.slice(0, parts)
    for (let step = 0; step < steps; step++) {
      for (const record of records) this.#addStep(record, step, steps, batch)
    }
    this.#samples += steps * batch
  }

  #addStep(record: Readonly<Record<string, Elements>>, step: number, steps: number, batch: number) {
    this.#loss += (record[LOSS]?.[step] as number) * batch
    for (const [i, key] of this.#compiled.lossKeys) {
      const loss = (record[lossOutput(i)]?.[step] as number) * batch
      this.#losses.set(key, (this.#losses.get(key) ?? 0) + loss)
    }
    for (const i of this.#compiled.metrics.keys()) {
      const all = record[metricOutput(i)] as Elements
      const size = all.length / steps
      this.#sums[i] ??= new Array<number>(size).fill(0)
      const sums = this.#sums[i]
      for (let j = 0; j < size; j++) (sums[j] as number) += all[step * size + j] as number
    }
  }

  /** Means so far. */
  logs(prefix = ''): Logs {
    const logs: Logs = { [`${prefix}loss`]: this.#loss / this.#samples }
    for (const [key, loss] of this.#losses) logs[`${prefix}${key}`] = loss / this.#samples
    for (const [i, { key, metric }] of this.#compiled.metrics.entries()) {
      const result = metric.result(this.#sums[i] ?? [])
      if (typeof result === 'number') logs[`${prefix}${key}`] = result
      else
        result.forEach((value, j) => {
          logs[`${prefix}${key}_${j}`] = value
        })
    }
    return logs
  }
}
