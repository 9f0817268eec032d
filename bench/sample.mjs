// Times a repeatable piece of work: warms up, finds a repeat count long enough for the clock,
// then takes samples for a while. Knows nothing of what it times.

export const median = (values) => {
  const sorted = [...values].sort((a, b) => a - b)
  const mid = sorted.length >> 1
  return sorted.length % 2 ? sorted[mid] : (sorted[mid - 1] + sorted[mid]) / 2
}

/** Seconds that `work` took. */
export async function seconds(work) {
  const start = performance.now()
  await work()
  return (performance.now() - start) / 1e3
}

/**
 * `run(repeats)` does the work that many times and resolves to the seconds it took.
 * Returns seconds per repeat: the median and the best of the samples.
 */
export async function sample(run, { warmMs, measureMs, sampleMs }) {
  const repeats = await warmUp(run, warmMs, sampleMs)
  const each = []
  let total = 0
  do {
    const took = await run(repeats)
    each.push(took / repeats)
    total += took * 1e3
  } while (total < measureMs)
  return { median: median(each), best: Math.min(...each), samples: each.length, repeats }
}

async function warmUp(run, warmMs, sampleMs) {
  let repeats = 1
  let spent = 0
  for (;;) {
    const ms = (await run(repeats)) * 1e3
    spent += ms
    const longEnough = ms >= sampleMs
    if (longEnough && spent >= warmMs) return repeats
    if (!longEnough)
      repeats = Math.ceil(repeats * Math.min(8, (1.2 * sampleMs) / Math.max(ms, 0.01)))
  }
}
