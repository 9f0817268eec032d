// The numbers the library is held to, checked against a record. Only what was measured is listed.

const find = ({ results }, wanted) =>
  results.find((r) => r.seconds && Object.entries(wanted).every(([key, value]) => r[key] === value))

const train = (network, batch, who) => ({ kind: 'train', network, batch, ...who })
const predict = (network, batch, who) => ({ kind: 'predict', network, batch, ...who })
const ours = { subject: 'ours', threads: 1 }
const oursTwo = { subject: 'ours', threads: 2, mode: 'shared' }
const oursInline = { subject: 'ours', threads: 1, mode: 'inline' }
const oursReplica = { subject: 'ours', threads: 2, mode: 'replica' }

/** [text, mine, other, least ratio other/mine] */
const ratioTargets = [
  ['batch 32 vs tfjs-wasm', train('tutorial', 32, ours), { subject: 'tfjs-wasm' }, 9],
  ['batch 32 vs jax-js', train('tutorial', 32, ours), { subject: 'jax-js' }, 4],
  [
    'batch 32 vs torch, one thread',
    train('tutorial', 32, ours),
    { subject: 'torch', threads: 1 },
    1,
  ],
  ['batch 32, two threads vs one', train('tutorial', 32, oursTwo), ours, 1.6],
  ['batch 128, two threads vs one', train('tutorial', 128, oursTwo), ours, 1.8],
  ['convnet, two threads vs one', train('convnet', 32, oursTwo), ours, 1.8],
  ['lstm, two threads vs one', train('lstm', 32, oursTwo), ours, 1.7],
  ['transformer, two threads vs one', train('transformer', 16, oursTwo), ours, 1.7],
  ['batch 128, replica on two vs one', train('tutorial', 128, oursReplica), ours, 1],
  // Of the times that were named for both: 8 ms and 35, 65 and 110, 63 and 180.
  ['lstm vs jax-js', train('lstm', 32, ours), { subject: 'jax-js' }, 4.4],
  ['transformer vs jax-js', train('transformer', 16, ours), { subject: 'jax-js' }, 1.7],
  [
    'convnet vs jax-js (im2col)',
    train('convnet', 32, ours),
    { subject: 'jax-js', mode: 'im2col' },
    2.9,
  ],
  ...[1, 2].flatMap((threads) => {
    const [mine, other] = [threads === 1 ? ours : oursTwo, { subject: 'onnxruntime-web', threads }]
    const on = `vs onnxruntime-web, threads: ${threads}`
    return [
      [`predict convnet, batch 32, ${on}`, predict('convnet', 32, mine), other, 1.5],
      [`predict tutorial, batch 256, ${on}`, predict('tutorial', 256, mine), other, 1.4],
    ]
  }),
]

/** [text, wanted, milliseconds, the peak in GFLOP/s for which they were named] */
const scaledTargets = [
  ['tutorial, batch 32, step', train('tutorial', 32, ours), 0.36, 66],
  ['convnet, batch 32, step', train('convnet', 32, ours), 63, 61],
]

const milliseconds = (ms) => `${ms < 10 ? ms.toFixed(3) : ms.toFixed(1)} ms`

/** Times that were named for a machine with another peak. */
function scaledRows(record) {
  const here = record.peak.oneThread
  return scaledTargets.flatMap(([text, wanted, namedMs, peak]) => {
    const result = find(record, wanted)
    if (!result || !here) return []
    const [ms, limit] = [result.seconds * 1e3, (namedMs * peak) / here]
    const named = `≤ ${namedMs} ms where the peak is ${peak} GFLOP/s, here ${milliseconds(limit)}`
    return [row(`${text}: ${named}`, `${milliseconds(ms)}${doubt(result)}`, ms <= limit)]
  })
}

function ratioRows(record) {
  return ratioTargets.flatMap(([text, mine, other, least]) => {
    const a = find(record, mine)
    const b = find(record, { ...mine, threads: 1, mode: undefined, ...other, ...sameMode(other) })
    if (!a || !b) return []
    const ratio = b.seconds / a.seconds
    const measured = `${ratio.toFixed(2)}×${doubt(a, b)}`
    return [row(`${text}: ≥ ${least}×`, measured, ratio >= least)]
  })
}

const sameMode = ({ subject }) => (subject === 'ours' ? { mode: 'auto' } : {})
const doubt = (...results) => (results.some((r) => r.noisy) ? ' ~' : '')
const row = (text, measured, met) => [text, measured, met ? 'yes' : 'no']

function shareRow(record, text, wanted, least) {
  const result = find(record, wanted)
  if (!result?.ofPeak) return []
  const measured = `${(result.ofPeak * 100).toFixed(0)} %${doubt(result)}`
  return [row(`${text}: ≥ ${least * 100} % of peak`, measured, result.ofPeak >= least)]
}

function gemmRows(record) {
  const mine = record.results.filter((r) => r.kind === 'gemm' && r.subject === 'ours' && r.seconds)
  const single = mine.filter((r) => r.threads === 1)
  const shapes = [...new Set(single.map((r) => `${r.size} × ${r.batch}`))]
  return shapes
    .flatMap((shape) => {
      const forms = single.filter((r) => `${r.size} × ${r.batch}` === shape)
      return [slowestForm(shape, forms), spread(shape, forms)]
    })
    .concat(twoThreadGemm(mine))
}

function slowestForm(shape, forms) {
  const least = forms[0].size >= 256 ? 0.85 : 0.7
  const share = Math.min(...forms.map((r) => r.ofPeak))
  const text = `product ${shape}, slowest form: ≥ ${least * 100} % of peak`
  return row(text, `${(share * 100).toFixed(0)} %`, share >= least)
}

function spread(shape, forms) {
  const rates = forms.map((r) => r.gflops)
  const ratio = Math.max(...rates) / Math.min(...rates) - 1
  return row(`product ${shape}, forms within 10 %`, `${(ratio * 100).toFixed(0)} %`, ratio <= 0.1)
}

function twoThreadGemm(mine) {
  const at = (threads) =>
    mine.find((r) => r.size === 512 && r.form === 'AB' && r.threads === threads)
  if (!at(1) || !at(2)) return []
  const ratio = at(1).seconds / at(2).seconds
  return [row('product 512, two threads vs one: ≥ 1.8×', `${ratio.toFixed(2)}×`, ratio >= 1.8)]
}

function limitRow(text, value, limit, unit, doubtful = '') {
  if (value === undefined) return []
  const measured = `${value.toFixed(1)} ${unit}${doubtful}`
  return [row(`${text}: ≤ ${limit} ${unit}`, measured, value <= limit)]
}

function timeRow(text, result, limitMs) {
  if (!result) return []
  const [value, limit, unit] =
    limitMs < 1
      ? [result.seconds * 1e6, limitMs * 1e3, 'µs']
      : [result.seconds * 1e3, limitMs, 'ms']
  return limitRow(text, value, limit, unit, doubt(result))
}

function limitRows(record) {
  const transformer = find(record, train('transformer', 16, ours))
  const tiny = find(record, train('tiny', 16, ours))
  const lstm = find(record, train('lstm', 32, ours))
  const one = find(record, predict('tutorial', 1, oursInline))
  const start = find(record, { kind: 'firstBatch', subject: 'ours' })
  const size = record.results.find(({ kind }) => kind === 'size')?.details
  return [
    ...timeRow('transformer step', transformer, 65),
    ...timeRow('24-16-3 step', tiny, 0.015),
    ...timeRow('LSTM(64) over 50 × 32, batch 32, step', lstm, 8),
    ...timeRow('predict tutorial, batch 1, inline', one, 0.012),
    ...timeRow('import to first trained batch', start, 120),
    ...limitRow('browser JavaScript, gzip', size && size.js / 1e3, 60, 'kB'),
    ...limitRow('browser wasm, gzip', size && size.wasm / 1e3, 350, 'kB'),
  ]
}

/**
 * Memory is flat when 20 000 more steps add less than 2 % to what is resident. The first 5 000 do
 * not count: V8 still compiles, and lets its heaps grow to their working size.
 */
function memoryRows({ results }) {
  return results
    .filter(({ kind, details }) => kind === 'memory' && details)
    .map(({ details, threads, mode }) => {
      const first = details.readings.find(({ steps }) => steps >= 5_000)
      const last = details.readings.at(-1)
      const growth = last.rss / first.rss - 1
      const text = `memory flat over 20 000 steps (${mode}, ${threads}): ≤ 2 %`
      return row(text, `${(growth * 100).toFixed(1)} %`, growth <= 0.02)
    })
}

export function targetRows(record) {
  return [
    ...shareRow(record, 'tutorial, batch 32', train('tutorial', 32, ours), 0.6),
    ...shareRow(record, 'tutorial, batch 128', train('tutorial', 128, ours), 0.75),
    ...shareRow(record, 'convnet, batch 32', train('convnet', 32, ours), 0.6),
    ...scaledRows(record),
    ...ratioRows(record),
    ...gemmRows(record),
    ...limitRows(record),
    ...memoryRows(record),
  ]
}
