// Lays a record out as Markdown tables, prints them, and writes results/<date>-<cpu>.json and
// results/latest.md. Numbers come from collect.mjs; this file only arranges them.
import { mkdirSync, writeFileSync } from 'node:fs'
import { targetRows } from './targets.mjs'

const results = new URL('./results/', import.meta.url)

function table(head, rows) {
  const line = (cells) => `| ${cells.join(' | ')} |`
  const rule = head.map((_, i) => (i === 0 ? '---' : '---:'))
  return [line(head), line(rule), ...rows.map(line)].join('\n')
}

const gflopsText = (rate) => (rate < 10 ? rate.toPrecision(2) : rate.toFixed(1))
const percent = (share) => (share ? `${(share * 100).toFixed(0)} %` : '–')
const times = (ratio) => (Number.isFinite(ratio) ? `${ratio.toFixed(2)}×` : '–')
const mark = (result) => (result.noisy ? ' ~' : '')

function duration(seconds) {
  if (seconds < 1e-4) return `${(seconds * 1e6).toFixed(1)} µs`
  return seconds < 1e-2 ? `${(seconds * 1e3).toFixed(3)} ms` : `${(seconds * 1e3).toFixed(1)} ms`
}

function who({ subject, threads, mode }) {
  const name = mode && mode !== 'auto' ? `${subject} (${mode})` : subject
  return threads > 1 ? `${name}, ${threads} threads` : name
}

const absent = ({ skipped, failed }) => (failed ? `failed: ${failed.split('\n')[0]}` : skipped)

function header({ date, machine, versions, peak }) {
  const { cpu, cores, os, node, v8, foreignCores } = machine
  const peers = Object.entries(versions)
    .filter(([name]) => !['wabt', 'protobufjs'].includes(name))
    .map(([name, version]) => `${name} ${version}`)
  const gflops = (rate) => (rate ? `${rate.toFixed(1)} GFLOP/s` : 'not measured')
  const fused = peak.fusedOneThread ? gflops(peak.fusedOneThread) : 'not available in this V8'
  return [
    `# Bench, ${date.slice(0, 16).replace('T', ' ')} UTC`,
    '',
    `${cpu}, ${cores} cores, ${os}, Node ${node} (V8 ${v8}). Peers: ${peers.join(', ')}.`,
    `128-bit multiply + add peak under this V8: ${gflops(peak.oneThread)} on one thread,`,
    `${gflops(peak.twoThreads)} on two; fused (relaxed): ${fused}.`,
    `While measuring, other processes kept ${foreignCores.toFixed(2)} cores busy (median).`,
    'Each value is the median over the rounds in which nothing else kept the machine busy;',
    '`~` marks a value without such a round: its best sample is shown.',
    ...(versions.torch
      ? ['PyTorch may use wider vectors than 128 bits, hence more than 100 %.']
      : []),
  ].join('\n')
}

/** Rows of one task: time, rate, share of peak, and ours ÷ theirs for every subject of ours. */
function taskTable(list, unit) {
  const mine = list.filter(({ subject, seconds }) => subject === 'ours' && seconds)
  const head = ['', unit, 'GFLOP/s', 'of peak', ...mine.map((m) => `${who(m)} is faster by`)]
  const rows = list.map((result) => {
    if (!result.seconds) return [who(result), absent(result), ...head.slice(2).map(() => '–')]
    const ratios = mine.map((m) => (m === result ? '–' : times(result.seconds / m.seconds)))
    const rate = gflopsText(result.gflops)
    return [
      who(result),
      duration(result.seconds) + mark(result),
      rate,
      percent(result.ofPeak),
      ...ratios,
    ]
  })
  return table(head, rows)
}

function taskSections({ results }, kind, name, unit) {
  const tasks = new Map()
  for (const r of results.filter((result) => result.kind === kind)) {
    const title = `${name}, ${r.network}, batch ${r.batch}`
    tasks.set(title, [...(tasks.get(title) ?? []), r])
  }
  return [...tasks].map(([title, list]) => `## ${title}\n\n${taskTable(list, unit)}`)
}

function gemmSection({ results }) {
  const list = results.filter(({ kind }) => kind === 'gemm')
  if (list.length === 0) return []
  const subjects = [...new Set(list.map(who))]
  const shapes = [...new Set(list.map(gemmShape))]
  const rows = shapes.map((shape) => {
    const at = (subject) => list.find((r) => gemmShape(r) === shape && who(r) === subject)
    return [shape, ...subjects.map((subject) => gemmCell(at(subject)))]
  })
  return [`## Products, GFLOP/s (share of peak)\n\n${table(['', ...subjects], rows)}`]
}

const gemmShape = ({ size, batch, form }) => `${batch > 1 ? `${batch} × ` : ''}${size} ${form}`

function gemmCell(result) {
  if (!result?.seconds) return result ? absent(result) : '–'
  return `${result.gflops.toFixed(1)} (${percent(result.ofPeak)})${mark(result)}`
}

function startSection({ results }) {
  const list = results.filter(({ kind }) => kind === 'firstBatch')
  if (list.length === 0) return []
  const rows = list.map((r) => [who(r), r.seconds ? duration(r.seconds) + mark(r) : absent(r)])
  return [`## From import to first trained batch\n\n${table(['', 'time'], rows)}`]
}

const megabytes = (bytes) => `${(bytes / 1e6).toFixed(1)} MB`
const kilobytes = (bytes) => `${(bytes / 1e3).toFixed(1)} kB`

function memorySection({ results }) {
  const list = results.filter(({ kind }) => kind === 'memory')
  if (list.length === 0) return []
  const rows = list.flatMap((r) => {
    if (!r.details) return [[who(r), absent(r), '–', '–', '–']]
    return r.details.readings.map(({ steps, rss, heapUsed, arrayBuffers }) => [
      who(r),
      `${steps}`,
      megabytes(rss),
      megabytes(heapUsed),
      megabytes(arrayBuffers),
    ])
  })
  return [`## Memory\n\n${table(['', 'steps', 'resident', 'heap', 'array buffers'], rows)}`]
}

function sizeSection({ results }) {
  const size = results.find(({ kind }) => kind === 'size')
  if (!size) return []
  const text = size.details
    ? `JavaScript ${kilobytes(size.details.js)}, wasm ${kilobytes(size.details.wasm)}, ` +
      `together ${kilobytes(size.details.total)} after gzip.`
    : absent(size)
  return [`## Browser download\n\n${text}`]
}

function targetSection(record) {
  const rows = targetRows(record)
  if (rows.length === 0) return []
  return [`## Targets\n\n${table(['target', 'measured', 'met'], rows)}`]
}

export function markdown(record) {
  const sections = [
    header(record),
    ...taskSections(record, 'train', 'Training step', 'a step'),
    ...taskSections(record, 'predict', 'Prediction', 'a batch'),
    ...gemmSection(record),
    ...startSection(record),
    ...memorySection(record),
    ...sizeSection(record),
    ...targetSection(record),
  ]
  return `${sections.join('\n\n')}\n`
}

export function printReport(record) {
  console.log(`\n${markdown(record)}`)
}

/** A partial run (--only) is printed but not recorded. */
export function writeReport(record, complete) {
  if (!complete) return
  mkdirSync(results, { recursive: true })
  const cpu = record.machine.cpu
    .toLowerCase()
    .replace(/\([a-z]+\)/g, '')
    .replace(/[^a-z0-9]+/g, '-')
  const name = `${record.date.slice(0, 10)}-${cpu.replace(/^-|-$/g, '')}.json`
  writeFileSync(new URL(name, results), `${JSON.stringify(record, null, 1)}\n`)
  writeFileSync(new URL('latest.md', results), markdown(record))
  console.log(`bench: wrote bench/results/${name} and bench/results/latest.md`)
}
