// What the process holds, and whether it grew: medians of two stretches of the run are compared, since
// single numbers jump with every collection.

import { readdirSync, readFileSync } from 'node:fs'
import { median } from '../sample.mjs'

const MB = 1e6
const below = (path) => {
  try {
    return readdirSync(path).length
  } catch {
    return 0
  }
}

const residentBytes = () => {
  try {
    return Number(/VmRSS:\s+(\d+)/.exec(readFileSync('/proc/self/status', 'utf8'))[1]) * 1024
  } catch {
    return process.memoryUsage().rss
  }
}

/** Sizes in MB, and counts. */
export const sizesNow = (minute) => {
  const { heapUsed, external, arrayBuffers } = process.memoryUsage()
  const mb = (bytes) => Math.round(bytes / MB)
  return {
    minute,
    rss: mb(residentBytes()),
    heap: Math.round((10 * heapUsed) / MB) / 10,
    external: Math.round((10 * external) / MB) / 10,
    buffers: Math.round((10 * arrayBuffers) / MB) / 10,
    files: below('/proc/self/fd'),
    threads: below('/proc/self/task'),
    handles: process.getActiveResourcesInfo().length,
  }
}

/** How much the last third may be above the third before: a share, and an amount on top. */
const ALLOWED = {
  rss: [0.1, 20],
  heap: [0.05, 1],
  external: [0.1, 2],
  buffers: [0.1, 2],
  files: [0, 2],
  threads: [0, 2],
  handles: [0, 2],
}

/** `{ table, problems }`: the first third of the run is warm-up. */
export const flatness = (samples, minutes) => {
  const third = (n) =>
    samples.filter(({ minute }) => minute >= (n * minutes) / 3 && minute < ((n + 1) * minutes) / 3)
  const lines = []
  const problems = []
  for (const [name, [share, more]] of Object.entries(ALLOWED)) {
    const [warm, before, after] = [0, 1, 2].map((n) => median(third(n).map((s) => s[name])))
    lines.push(`${name.padEnd(9)} thirds of the run: ${warm}, ${before}, ${after}`)
    if (!(after <= before * (1 + share) + more)) {
      problems.push(`memory: ${name} grew from ${before} to ${after}`)
    }
  }
  return { table: lines.join('\n'), problems }
}
