// The rows of the install tests. One that trains passes when the weights have the recorded hash and it ran
// in the mode that was expected.

import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { root } from '../shell.mjs'
import { Rows } from '../test/rows.mjs'

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

export class Report extends Rows {
  /** A task that trains: it resolves to what programs/train.ts returns. */
  trains(label, expected, task) {
    return this.check(label, async () => judge(await task(), expected))
  }
}
