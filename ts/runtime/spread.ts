// How a run is spread over replicas, and how their results become one. Pure: it talks to nobody.

import type { Elements } from '../shape.ts'
import { ownerOf } from './exchange.ts'
import type { Feed, RunRequest, RunResult } from './protocol.ts'

/** Steps `from..to` are replica `index`'s part of a run that assigns nothing. */
const stepsOf = (steps: number, index: number, count: number): [from: number, to: number] => [
  Math.floor((index * steps) / count),
  Math.floor(((index + 1) * steps) / count),
]

const cut = (feed: Feed, steps: number, from: number, to: number): Feed => {
  if (!feed.perStep) return feed
  const size = feed.data.length / steps
  return { ...feed, data: feed.data.subarray(from * size, to * size) as Elements }
}

const divided = (request: RunRequest, index: number, count: number): RunRequest => {
  const [from, to] = stepsOf(request.steps, index, count)
  const stages = request.stages.map((stage) => ({
    ...stage,
    feeds: stage.feeds.map((feed) => cut(feed, request.steps, from, to)),
  }))
  return { ...request, steps: to - from, stages }
}

/** A shard runs on one replica, all other stages on each. */
const runsAt = (request: RunRequest, stage: number, index: number, count: number): boolean => {
  const shards = request.exchange.length
  return stage >= shards || ownerOf(stage, shards, count) === index
}

/** What replica `index` of `count` is asked: its own steps, or the feeds of its own stages. */
export const shareOf = (request: RunRequest, index: number, count: number): RunRequest => {
  if (count === 1) return request
  if (request.pure) return divided(request, index, count)
  const stages = request.stages.map((stage, i) =>
    runsAt(request, i, index, count) ? stage : { ...stage, feeds: [] },
  )
  return { ...request, stages }
}

const concat = (parts: readonly Elements[]): Elements => {
  const whole = new Float32Array(parts.reduce((sum, part) => sum + part.length, 0))
  let at = 0
  for (const part of parts) {
    whole.set(part, at)
    at += part.length
  }
  return whole
}

/** Results of consecutive steps, up to the first replica that did not come to its end. */
const joined = (request: RunRequest, results: readonly RunResult[]): RunResult => {
  const short = results.findIndex((result) => result.stopped !== 'done')
  const parts = short < 0 ? results : results.slice(0, short + 1)
  const outputs = request.stages.map((_, i) => {
    const names = Object.keys(parts[0]?.outputs[i] ?? {})
    const whole = (name: string): Elements =>
      concat(parts.map((part) => part.outputs[i]?.[name] as Elements))
    return Object.fromEntries(names.map((name) => [name, whole(name)]))
  })
  const steps = parts.reduce((sum, part) => sum + part.steps, 0)
  return { steps, stopped: parts.at(-1)?.stopped ?? 'done', outputs }
}

/** One result from those of all replicas. */
export const merge = (request: RunRequest, results: readonly RunResult[]): RunResult => {
  const first = results[0] as RunResult
  if (results.length === 1) return first
  if (request.pure) return joined(request, results)
  const shards = request.exchange.length
  const outputs = request.stages.map((_, i) => {
    const owner = i < shards ? ownerOf(i, shards, results.length) : 0
    return results[owner]?.outputs[i] ?? {}
  })
  return { ...first, outputs }
}
