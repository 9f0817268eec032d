// Running other programs: captured, streamed or supervised with one status line. Node only, no
// packages.

import { spawn, spawnSync } from 'node:child_process'
import { accessSync, constants, statSync } from 'node:fs'
import { delimiter, dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

export const root = dirname(dirname(fileURLToPath(import.meta.url)))
export const toolsDir = join(root, '.tools')

/** An expected failure: printed as one sentence, without a stack. */
export class Failure extends Error {}

/** Runs `main`; a `Failure` becomes one clear sentence and exit code 1. */
export const runMain = (name, main) =>
  main().catch((error) => {
    const text = error instanceof Failure ? error.message : (error.stack ?? String(error))
    console.error(`\n${name}: ${text}`)
    process.exit(1)
  })

export const say = (name, text) => console.log(`${name.padEnd(8)} ${text}`)

const isProgram = (path) => {
  try {
    accessSync(path, constants.X_OK)
    return statSync(path).isFile()
  } catch {
    return false
  }
}

/** The full path of `program`, or undefined. */
export const which = (program, path = process.env.PATH ?? '') => {
  if (program.includes('/')) return isProgram(program) ? program : undefined
  const dirs = path.split(delimiter).filter(Boolean)
  return dirs.map((dir) => join(dir, program)).find(isProgram)
}

/**
 * The trimmed standard output, or undefined when the program is missing, fails or takes too long.
 */
export const capture = (program, args, { env, timeout = 60_000, cwd = root } = {}) => {
  const options = { encoding: 'utf8', env: env ?? process.env, timeout, cwd, maxBuffer: 1 << 27 }
  const result = spawnSync(program, args, options)
  return result.status === 0 ? result.stdout.trim() : undefined
}

/** Runs with the caller's terminal; resolves to the exit code. */
export const inherit = (program, args, { env, cwd = root } = {}) =>
  new Promise((resolve, reject) => {
    const child = spawn(program, args, { stdio: 'inherit', env: env ?? process.env, cwd })
    child.once('error', reject)
    child.once('close', (code, signal) => resolve(code ?? (signal ? 128 : 1)))
  })

const lastLine = (text) =>
  text
    .trimEnd()
    .split(/[\r\n]+/)
    .at(-1)
    ?.trim() ?? ''

const statusLine = (label, started) => {
  const live = process.stdout.isTTY
  let shown = Date.now()
  return {
    update(text) {
      const seconds = Math.round((Date.now() - started) / 1000)
      const line = `${label} (${seconds} s) ${text}`
      if (live) process.stdout.write(`\r\x1b[K${line.slice(0, (process.stdout.columns ?? 80) - 1)}`)
      else if (Date.now() - shown > 30_000) {
        console.log(line)
        shown = Date.now()
      }
    },
    end: () => live && process.stdout.write('\r\x1b[K'),
  }
}

/**
 * Runs a long command behind one status line (a line every 30 s without a terminal).
 * Resolves to `{ ok, output }`; `output` is everything it printed.
 */
export const supervise = (label, program, args, { env, cwd = root, timeout = 1_800_000 } = {}) =>
  new Promise((resolve) => {
    const started = Date.now()
    const status = statusLine(label, started)
    const options = { stdio: ['ignore', 'pipe', 'pipe'], env: env ?? process.env, cwd, timeout }
    const child = spawn(program, args, options)
    let output = ''
    const take = (chunk) => {
      output += chunk
      status.update(lastLine(output.slice(-400)))
    }
    child.stdout.on('data', take)
    child.stderr.on('data', take)
    const finish = (ok, extra = '') => {
      status.end()
      const seconds = Math.round((Date.now() - started) / 1000)
      resolve({ ok, output: output + extra, seconds })
    }
    child.once('error', (error) => finish(false, error.message))
    child.once('close', (code) => finish(code === 0))
  })

/** The last lines of a failed command, for a message. */
export const tail = (output, lines = 25) => output.trimEnd().split('\n').slice(-lines).join('\n')

/** From the first compiler error on, without the warnings before it. */
export const fromFirstError = (output, lines = 80) => {
  const all = output.split('\n')
  const first = all.findIndex((line) => /^error/.test(line))
  return first < 0 ? tail(output, lines) : all.slice(first, first + lines).join('\n')
}

/** Runs with its output shown and kept. Resolves to `{ ok, output }`. */
export const tee = (program, args, { env, cwd = root } = {}) =>
  new Promise((resolve) => {
    const child = spawn(program, args, { stdio: ['ignore', 'pipe', 'pipe'], env, cwd })
    let output = ''
    const pass = (stream) => (chunk) => {
      output += chunk
      stream.write(chunk)
    }
    child.stdout.on('data', pass(process.stdout))
    child.stderr.on('data', pass(process.stderr))
    child.once('error', (error) => resolve({ ok: false, output: output + error.message }))
    child.once('close', (code) => resolve({ ok: code === 0, output }))
  })
