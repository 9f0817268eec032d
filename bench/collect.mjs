// Turns the rounds of every case into one record: times, rates, shares of the measured peak. A time
// is the median over the quiet rounds; without any, the best sample, and it is marked noisy.
import { median } from './sample.mjs'
import { gemmFlops, predictFlops, stepFlops } from './tasks.mjs'

// A round counts as quiet when other processes kept less than this many cores busy meanwhile.
const quietBelow = 0.15

/** The quiet rounds, or all of them when none was. */
function usableRounds(rounds) {
  const good = rounds.filter(({ skipped, failed }) => !(skipped ?? failed))
  const quiet = good.filter(({ foreign }) => foreign < quietBelow)
  return { used: quiet.length ? quiet : good, noisy: quiet.length === 0 }
}

const flopsOf = { gemm: gemmFlops, train: stepFlops, predict: predictFlops }

const describeRounds = ({ median, best, gflops, foreign }) => ({ median, best, gflops, foreign })

function summarise({ name, job, rounds }, peak) {
  const { used, noisy } = usableRounds(rounds)
  const { kind, subject, threads, mode } = job
  const { network, batch, size, form } = job
  const key = { name, kind, subject, threads, mode, network, batch, size, form }
  if (used.length === 0) {
    const { skipped, failed } = rounds.at(-1) ?? { skipped: 'not run' }
    return { ...key, skipped, failed }
  }
  const time = timing(used, noisy)
  const out = { ...key, noisy, ...time, ...rates(job, time.seconds, peak) }
  const { median: _m, best: _b, foreign: _f, cpuSeconds: _c, ...details } = used.at(-1)
  return { ...out, details, rounds: rounds.map(describeRounds) }
}

function timing(used, noisy) {
  const medians = used.map((round) => round.median).filter((s) => s !== undefined)
  if (medians.length === 0) return {}
  const best = Math.min(...used.map((round) => round.best ?? round.median))
  const seconds = noisy ? best : median(medians)
  return { seconds, best, slowest: Math.max(...medians), quietRounds: noisy ? 0 : used.length }
}

function rates(job, seconds, peak) {
  if (!flopsOf[job.kind]) return {}
  const gflops = flopsOf[job.kind](job) / seconds / 1e9
  return { gflops, ofPeak: peak && gflops / (peak * job.threads) }
}

/** The best of all rounds: other processes only ever lower it. */
function bestPeak(entries, threads, key = 'gflops') {
  const rounds =
    entries.find((e) => e.job.kind === 'peak' && e.job.threads === threads)?.rounds ?? []
  const rates = rounds.map((round) => round[key]).filter(Boolean)
  return rates.length ? Math.max(...rates) : null
}

export function collect({ machine, versions, entries, options }) {
  const peak = {
    oneThread: bestPeak(entries, 1),
    twoThreads: bestPeak(entries, 2),
    fusedOneThread: bestPeak(entries, 1, 'fusedGflops'),
  }
  const measured = entries.filter(({ job }) => job.kind !== 'peak')
  const foreign = entries.flatMap(({ rounds }) => rounds.map((round) => round.foreign))
  return {
    date: new Date().toISOString(),
    machine: { ...machine, foreignCores: foreign.length ? median(foreign) : 0 },
    versions,
    options,
    peak,
    results: measured.map((entry) => summarise(entry, peak.oneThread)),
  }
}
