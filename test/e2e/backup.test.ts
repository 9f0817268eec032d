// A run with `backupAndRestore` is killed in the middle of an epoch; the same run started again goes on at
// the backup and ends with the same model, log and callbacks as one that was never broken.

import { type ChildProcess, spawn } from 'node:child_process'
import { existsSync, mkdirSync } from 'node:fs'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'

const script = fileURLToPath(new URL('backup.mjs', import.meta.url))

let root: string
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'gradloom-backup-'))
})
afterAll(() => rm(root, { recursive: true }))

interface Run {
  readonly child: ChildProcess
  readonly ended: Promise<number | NodeJS.Signals | null>
  text(): string
}

const start = (directory: string, freq: string, ...flags: string[]): Run => {
  const args = [script, directory, join(directory, 'final.safetensors'), freq, ...flags]
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] })
  let text = ''
  child.stdout?.on('data', (chunk) => {
    text += chunk
  })
  const ended = new Promise<number | NodeJS.Signals | null>((resolve) =>
    child.once('close', (code, signal) => resolve(signal ?? code)),
  )
  return { child, ended, text: () => text }
}

const directoryOf = (name: string): string => {
  const directory = join(root, name)
  mkdirSync(directory)
  return directory
}

/** Kills the run when it says that it is in the middle of the epoch. */
const kill = async ({ child, ended, text }: Run): Promise<void> => {
  child.stdout?.on('data', () => {
    if (text().includes('in the middle')) child.kill('SIGKILL')
  })
  expect(await ended, text()).toBe('SIGKILL')
}

const files = (directory: string) =>
  Promise.all(['final.safetensors', 'log.csv'].map((name) => readFile(join(directory, name))))

const last = (text: string): string | undefined => text.trimEnd().split('\n').at(-1)

describe('backupAndRestore', () => {
  it.each([
    ['epoch', 4],
    ['5', 4],
  ] as const)('ends with the same bits after kill -9, saved every %s', async (freq, epoch) => {
    const [broken, whole] = [directoryOf(`broken ${freq}`), directoryOf(`whole ${freq}`)]
    await kill(start(broken, freq, '--wait-in-epoch', String(epoch)))
    expect(existsSync(join(broken, 'final.safetensors'))).toBe(false)
    expect(existsSync(join(broken, 'backup.safetensors'))).toBe(true)

    const again = start(broken, freq)
    expect(await again.ended).toBe(0)
    expect(again.text()).toMatch(new RegExp(`^begins epoch ${epoch}\n`))
    const never = start(whole, freq)
    expect(await never.ended).toBe(0)
    expect(last(again.text())).toMatch(/^best \d, stopped 6, 7 epochs$/)
    expect(last(again.text())).toBe(last(never.text()))
    expect(await files(broken)).toEqual(await files(whole))
    expect(existsSync(join(broken, 'backup.safetensors'))).toBe(false)
  })
})
