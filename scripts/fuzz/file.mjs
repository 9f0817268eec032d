// A coverage-guided loop over model files: what reaches a new block of the built library (V8's block
// coverage) joins the corpus and is changed further. jazzer.js would do this faster, but what it ships runs
// on newer systems only.

import { createHash } from 'node:crypto'
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { Session } from 'node:inspector/promises'
import { join } from 'node:path'
import { diceOf } from '../../bench/soak/dice.mjs'
import { checkFile, seedFiles } from './files.mjs'
import { mutateFile } from './mutate-file.mjs'

/** Inputs between two looks at the coverage; where one found something, they run again one by one. */
const BATCH = 16

const watchCoverage = async () => {
  const session = new Session()
  session.connect()
  await session.post('Profiler.enable')
  await session.post('Profiler.startPreciseCoverage', { callCount: true, detailed: true })
  const seen = new Set()
  /** Blocks reached for the first time since the last call. */
  const take = async (keep) => {
    const { result } = await session.post('Profiler.takePreciseCoverage')
    let fresh = 0
    for (const { url, functions } of result) {
      if (!url.endsWith('dist/node/index.js')) continue
      for (const { startOffset, endOffset, count } of functions.flatMap((f) => f.ranges)) {
        const block = startOffset * 2 ** 22 + endOffset
        if (count === 0 || seen.has(block)) continue
        fresh++
        if (keep) seen.add(block)
      }
    }
    return fresh
  }
  return { take, blocks: () => seen.size }
}

const openCorpus = (folder, seeds) => {
  mkdirSync(folder, { recursive: true })
  const kept = readdirSync(folder).map((name) => new Uint8Array(readFileSync(join(folder, name))))
  const corpus = [...seeds, ...kept]
  const add = (bytes) => {
    const name = createHash('sha256').update(bytes).digest('hex').slice(0, 16)
    writeFileSync(join(folder, name), bytes)
    corpus.push(bytes)
  }
  return { corpus, add }
}

/** Problems by their message, each with the first bytes that showed it. */
const findings = (home) => {
  const known = new Map()
  const note = (bytes, error) => {
    const what = String(error?.stack ?? error)
    const key = what.split('\n').slice(0, 2).join(' ').replace(/\d+/g, '0')
    if (known.has(key)) return
    const path = join(home, `found-file-${known.size}`)
    writeFileSync(path, bytes)
    known.set(key, path)
    console.error(`${path}\n  ${what.split('\n').slice(0, 6).join('\n  ')}`)
  }
  return { known, note }
}

/** For `runs` inputs, or for `minutes`. Resolves to the exit code. */
export const fuzzFiles = async ({ minutes, runs = Infinity, seed, corpus: folder, home }) => {
  const dice = diceOf(Number(seed ?? 1))
  const seeds = await seedFiles()
  const coverage = await watchCoverage()
  const { corpus, add } = openCorpus(folder, seeds)
  const { known, note } = findings(home)
  const counts = {}
  const run = async (bytes) => {
    try {
      const outcome = await checkFile(bytes)
      counts[outcome] = (counts[outcome] ?? 0) + 1
    } catch (error) {
      note(bytes, error)
    }
  }
  for (const bytes of corpus) await run(bytes)
  await coverage.take(true)
  const end = runs < Infinity ? Infinity : performance.now() + 60_000 * Number(minutes)
  let [executions, told] = [0, 0]
  const tell = () => {
    const outcomes = Object.entries(counts).map(([name, n]) => `${name} ${n}`)
    const sizes = `corpus ${corpus.length}, ${coverage.blocks()} blocks, ${known.size} findings`
    console.log(`file     ${executions} executions, ${sizes} | ${outcomes.join(', ')}`)
    told = performance.now()
  }
  while (performance.now() < end && executions < runs) {
    const batch = Array.from({ length: BATCH }, () => mutateFile(dice.pick(corpus), dice))
    for (const bytes of batch) await run(bytes)
    executions += BATCH
    if ((await coverage.take(false)) > 0) {
      for (const bytes of batch) {
        await run(bytes)
        if ((await coverage.take(true)) > 0) add(bytes)
      }
    }
    if (performance.now() - told > 10_000) tell()
  }
  tell()
  return known.size > 0 ? 1 : 0
}
