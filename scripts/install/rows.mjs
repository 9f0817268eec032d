// The rows of the install tests: each runs one task and prints one line. A row that trains passes
// when the weights have the recorded hash and it ran in the mode that was expected.

import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { root } from '../shell.mjs'

/** A row that cannot run here, and why. */
export class Skip extends Error {}

const { sha256 } = JSON.parse(readFileSync(join(root, 'test/install/expected.json'), 'utf8'))

const judge = (outcome, { mode, reason }) => {
  const wrong = (what, found, wanted) => new Error(`${what} is ${found}, not ${wanted}`)
  if (outcome.sha256 !== sha256) throw wrong('the hash of the weights', outcome.sha256, sha256)
  if (outcome.mode !== mode) throw wrong('the mode', `${outcome.mode} (${outcome.reason})`, mode)
  const threads = mode === 'inline' ? 1 : 2
  if (outcome.threads !== threads) throw wrong('the count of threads', outcome.threads, threads)
  if (reason && !reason.test(outcome.reason)) throw wrong('the reason', outcome.reason, reason)
  return mode
}

const indented = (text) => text.trimEnd().replaceAll('\n', '\n        ')

export class Report {
  passed = 0
  failed = 0
  skips = []
  #fixture = ''

  /** Rows that follow belong to this fixture. */
  begin(fixture) {
    this.#fixture = fixture
  }

  /** A task that fails by throwing; what it resolves to is shown. Resolves to whether it passed. */
  async check(label, task) {
    const name = `${this.#fixture} ${label}`.trim()
    const started = performance.now()
    try {
      this.#line('ok', name, started, (await task()) ?? '')
      this.passed += 1
      return true
    } catch (error) {
      if (error instanceof Skip) this.#skip(name, started, error.message)
      else this.#fail(name, started, error)
      return false
    }
  }

  /** A task that trains: it resolves to what programs/train.ts returns. */
  trains(label, expected, task) {
    return this.check(label, async () => judge(await task(), expected))
  }

  #skip(name, started, why) {
    this.skips.push(`${name}: ${why}`)
    this.#line('skipped', name, started, why)
  }

  #fail(name, started, error) {
    this.failed += 1
    this.#line('FAILED', name, started, indented(error?.message || String(error)))
  }

  #line(mark, name, started, text) {
    const seconds = ((performance.now() - started) / 1000).toFixed(1)
    console.log(`${mark.padEnd(7)} ${name.padEnd(48)} ${seconds.padStart(6)} s  ${text}`.trimEnd())
  }

  /** The closing lines; resolves to whether all went well. */
  close(started) {
    const minutes = ((performance.now() - started) / 60_000).toFixed(1)
    console.log(`\n${minutes} minutes`)
    for (const why of this.skips) console.log(`skipped ${why}`)
    const skipped = this.skips.length > 0 ? `, ${this.skips.length} skipped` : ''
    console.log(`\n${this.passed} passed, ${this.failed} failed${skipped}`)
    return this.failed === 0 && this.passed > 0
  }
}
