// Programs that run beside the tests: dev servers and runtimes. Each is stopped with the processes
// that it has started.

import { spawn } from 'node:child_process'
import { createServer } from 'node:net'
import { Failure, tail } from '../shell.mjs'

/** A port of this machine that nobody uses. */
export const freePort = () =>
  new Promise((resolve, reject) => {
    const server = createServer()
    server.once('error', reject)
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address()
      server.close(() => resolve(port))
    })
  })

const answers = async (url) => {
  try {
    await fetch(url, { method: 'HEAD', signal: AbortSignal.timeout(20_000) })
    return true
  } catch {
    return false
  }
}

const sleep = (ms) => new Promise((resolve) => setTimeout(resolve, ms))

/** Starts a program in the app and waits until `url` answers. */
export const startServer = async (place, program, args, url, env = {}) => {
  const options = { cwd: place.app, env: { ...place.env, ...env }, detached: true }
  const child = spawn(program, args, { ...options, stdio: ['ignore', 'pipe', 'pipe'] })
  let output = ''
  const take = (chunk) => {
    output += chunk
  }
  child.stdout.on('data', take)
  child.stderr.on('data', take)
  let ended = false
  const end = new Promise((resolve) => {
    const done = () => {
      ended = true
      resolve()
    }
    child.once('error', done)
    child.once('close', done)
  })
  const stop = async () => {
    // It leads a group of its own.
    if (!ended) process.kill(-child.pid, 'SIGTERM')
    await Promise.race([end, sleep(3000)])
    if (!ended) process.kill(-child.pid, 'SIGKILL')
  }
  const deadline = Date.now() + 60_000
  while (!(await answers(url))) {
    if (!ended && Date.now() < deadline) {
      await sleep(100)
      continue
    }
    await stop()
    throw new Failure(`${program} does not answer at ${url}:\n${tail(output)}`)
  }
  return { stop, output: () => output }
}
