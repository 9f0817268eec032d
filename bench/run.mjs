// `npm run bench`: measures gradloom beside its peers, one child process per measurement,
// round-robin over several rounds, and writes a record. Options: --rounds=3 --only=REGEXP
// --wait=SECONDS (at most so long for other processes to fall quiet) --list.
import { execFileSync, fork } from 'node:child_process'
import { existsSync, statSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { caseName, repeatedCases, singleCases } from './cases.mjs'
import { collect } from './collect.mjs'
import { busySeconds, describeMachine, peerVersions, waitForQuiet } from './machine.mjs'
import { python, torchVersion } from './peers/torch.mjs'
import { printReport, writeReport } from './report.mjs'

const here = fileURLToPath(new URL('.', import.meta.url))
const child = fileURLToPath(new URL('./child.mjs', import.meta.url))
const timeoutMs = 600_000

const { values: options } = parseArgs({
  options: {
    rounds: { type: 'string', default: '3' },
    only: { type: 'string', default: '' },
    wait: { type: 'string', default: '0' },
    list: { type: 'boolean', default: false },
  },
})

function installPeers() {
  const installed = new URL('./node_modules/.package-lock.json', import.meta.url)
  const wanted = new URL('./package-lock.json', import.meta.url)
  if (existsSync(installed) && statSync(installed).mtimeMs >= statSync(wanted).mtimeMs) return
  console.log('bench: installing the peers')
  execFileSync('npm', ['ci', '--no-audit', '--no-fund'], { cwd: here, stdio: 'inherit' })
}

/** Runs one job in a fresh process; never rejects. */
function runInChild(job) {
  const execArgv = job.kind === 'memory' ? ['--expose-gc'] : []
  const worker = fork(child, { execArgv, stdio: ['ignore', 'ignore', 'pipe', 'ipc'] })
  let complaints = ''
  worker.stderr.on('data', (text) => {
    complaints += text
  })
  const timer = setTimeout(() => worker.kill('SIGKILL'), timeoutMs)
  worker.send(job)
  return new Promise((resolve) => {
    worker.once('message', resolve)
    worker.once('exit', (code, signal) => {
      clearTimeout(timer)
      resolve({ failed: `exit ${code ?? signal}: ${complaints.slice(-400)}` })
    })
  })
}

/** One measurement, with the cores that others kept busy during it. */
async function measure(job) {
  await waitForQuiet(Number(options.wait))
  const start = { wall: performance.now(), busy: busySeconds() }
  const result = await runInChild(job)
  const wall = (performance.now() - start.wall) / 1e3
  const foreign = (busySeconds() - start.busy - (result.cpuSeconds ?? 0)) / wall
  return { ...result, foreign: Math.max(0, foreign) }
}

async function runRounds(jobs, rounds) {
  const results = jobs.map((job) => ({ name: caseName(job), job, rounds: [] }))
  for (let round = 0; round < rounds; round++) {
    for (const entry of results) {
      if (entry.rounds.some(({ skipped }) => skipped)) continue
      const result = await measure(entry.job)
      entry.rounds.push(result)
      progress(round, rounds, entry.name, result)
    }
  }
  return results
}

function progress(round, rounds, name, { median, gflops, skipped, failed, foreign }) {
  const value =
    skipped ??
    failed ??
    (gflops
      ? `${gflops.toFixed(1)} GFLOP/s`
      : median
        ? `${(median * 1e3).toPrecision(4)} ms`
        : 'done')
  const noise = foreign > 0.1 ? `  (others kept ${foreign.toFixed(1)} cores busy)` : ''
  console.log(`[${round + 1}/${rounds}] ${name.padEnd(36)} ${value}${noise}`)
}

async function main() {
  installPeers()
  const torch = torchVersion()
  if (!torch)
    console.log(`bench: no torch in ${python}; set GRADLOOM_BENCH_PYTHON to compare with it`)
  const only = new RegExp(options.only)
  const wanted = (job) =>
    (torch || job.subject !== 'torch') && (job.kind === 'peak' || only.test(caseName(job)))
  const jobs = [repeatedCases().filter(wanted), singleCases().filter(wanted)]
  if (options.list) return console.log(jobs.flat().map(caseName).join('\n'))
  const machine = describeMachine()
  const entries = [
    ...(await runRounds(jobs[0], Number(options.rounds))),
    ...(await runRounds(jobs[1], 1)),
  ]
  const record = collect({ machine, versions: peerVersions(torch), entries, options })
  printReport(record)
  writeReport(record, options.only === '')
}

await main()
