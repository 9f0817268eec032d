// Requests and results of replicas, without replicas.

import { describe, expect, it } from 'vitest'
import type { RunRequest, RunResult } from './protocol.ts'
import { merge, shareOf } from './spread.ts'

const floats = (...x: number[]): Float32Array => Float32Array.from(x)

const request = (over: Partial<RunRequest>): RunRequest => ({
  steps: 3,
  stages: [],
  shards: 0,
  exchange: [],
  guard: false,
  ...over,
})

const stage = (program: number) => ({
  program,
  feeds: [
    { input: 'x', data: floats(1, 2, 3, 4, 5, 6), perStep: true },
    { input: 'k', data: floats(9), perStep: false },
  ],
})

const result = (
  steps: number,
  stopped: RunResult['stopped'],
  ...outputs: number[][]
): RunResult => ({
  steps,
  stopped,
  outputs: outputs.map((y) => ({ y: floats(...y) })),
})

describe('pure runs', () => {
  const pure = request({ pure: true, stages: [stage(1)] })

  it('divides the steps and the feeds of each step', () => {
    const shares = [0, 1].map((i) => shareOf(pure, i, 2))
    expect(shares.map((share) => share.steps)).toEqual([1, 2])
    const feeds = shares.map((share) => share.stages[0]?.feeds.map((feed) => [...feed.data]))
    expect(feeds).toEqual([
      [[1, 2], [9]],
      [[3, 4, 5, 6], [9]],
    ])
  })

  it('leaves replicas without work when there are fewer steps', () => {
    const steps = [0, 1, 2, 3, 4].map((i) => shareOf(pure, i, 5).steps)
    expect(steps).toEqual([0, 1, 0, 1, 1])
  })

  it('puts the results one after the other', () => {
    const merged = merge(pure, [result(1, 'done', [1]), result(2, 'done', [2, 3])])
    expect(merged).toEqual(result(3, 'done', [1, 2, 3]))
  })

  it('ends with the first replica that stopped early', () => {
    const results = [result(1, 'done', [1]), result(1, 'aborted', [2]), result(1, 'done', [3])]
    expect(merge(pure, results)).toEqual(result(2, 'aborted', [1, 2]))
  })
})

describe('sharded runs', () => {
  const sharded = request({
    shards: 3,
    exchange: [[1], [2], [3]],
    stages: [stage(1), stage(2), stage(3), stage(4)],
  })

  it('sends feeds where they are used: shards to their owner, the rest to all', () => {
    const fed = [0, 1].map((i) =>
      shareOf(sharded, i, 2).stages.map((stage) => stage.feeds.length > 0),
    )
    expect(fed).toEqual([
      [true, true, false, true],
      [false, false, true, true],
    ])
  })

  it('takes records from the owner', () => {
    const results: RunResult[] = [
      { ...result(3, 'done'), outputs: [{ a: floats(1) }, { a: floats(2) }, {}, { a: floats(4) }] },
      { ...result(3, 'done'), outputs: [{}, {}, { a: floats(3) }, { a: floats(-4) }] },
    ]
    const values = merge(sharded, results).outputs.map((record) => record.a?.[0])
    expect(values).toEqual([1, 2, 3, 4])
  })

  it('is the whole request with one replica', () => {
    expect(shareOf(sharded, 0, 1)).toEqual(sharded)
  })
})
