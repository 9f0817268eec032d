// What the bench ran on, and how busy everything else kept it meanwhile. Reports, changes nothing.
import { createRequire } from 'node:module'
import { arch, cpus, loadavg, platform, totalmem } from 'node:os'

const require = createRequire(import.meta.url)

export function describeMachine() {
  const { node, v8 } = process.versions
  return {
    cpu: cpus()[0].model.trim(),
    cores: cpus().length,
    memoryGiB: Math.round(totalmem() / 2 ** 30),
    os: `${platform()} ${arch()}`,
    node,
    v8,
    loadAtStart: loadavg()[0],
  }
}

/** Pinned versions of the peers, from the lockfile's own packages. */
export function peerVersions(torch) {
  const { dependencies } = require('./package.json')
  return { ...dependencies, ...(torch && { torch }) }
}

/** Seconds of processor time that all processes of the machine have used so far. */
export function busySeconds() {
  return (
    cpus().reduce((sum, { times }) => sum + times.user + times.nice + times.sys + times.irq, 0) /
    1e3
  )
}

/** Cores that other processes keep busy, watched for a moment. */
export async function foreignLoad(ms = 300) {
  const start = busySeconds()
  await new Promise((resolve) => setTimeout(resolve, ms))
  return (busySeconds() - start) / (ms / 1e3)
}

/** Waits until the machine is quiet, at most so long. */
export async function waitForQuiet(seconds) {
  const end = performance.now() + seconds * 1e3
  while (performance.now() < end && (await foreignLoad()) > 0.1);
}
