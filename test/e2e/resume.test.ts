// A training process is killed in the middle of an epoch; another one goes on from its last checkpoint and
// ends with the same file as a run that was never broken.

import { type ChildProcess, spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, expect, it } from 'vitest'

const script = fileURLToPath(new URL('resume.mjs', import.meta.url))

let directory: string
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'gradloom-'))
})
afterAll(() => rm(directory, { recursive: true }))

const start = (checkpoint: string, final: string, ...flags: string[]): ChildProcess =>
  spawn(process.execPath, [script, checkpoint, final, ...flags], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })

const exit = (child: ChildProcess): Promise<number | NodeJS.Signals | null> =>
  new Promise((resolve) => child.once('exit', (code, signal) => resolve(signal ?? code)))

/** Resolves when the child has printed `line`. */
const said = (child: ChildProcess, line: string): Promise<void> =>
  new Promise((resolve, reject) => {
    let text = ''
    child.stdout?.on('data', (chunk) => {
      text += chunk
      if (text.includes(line)) resolve()
    })
    child.once('exit', () => reject(new Error(`ended before '${line}': ${text}`)))
  })

it('ends with the same bits after kill -9', async () => {
  const [checkpoint, broken, whole] = ['checkpoint', 'broken', 'whole'].map((name) =>
    join(directory, `${name}.safetensors`),
  ) as [string, string, string]

  const killed = start(checkpoint, broken, '--wait-in-epoch', '3')
  const dead = exit(killed)
  await said(killed, 'in the middle of epoch 3')
  killed.kill('SIGKILL')
  expect(await dead).toBe('SIGKILL')
  expect(existsSync(broken)).toBe(false)

  expect(await exit(start(checkpoint, broken, '--resume'))).toBe(0)
  expect(await exit(start(join(directory, 'other.safetensors'), whole))).toBe(0)
  expect(await readFile(broken)).toEqual(await readFile(whole))
})
