// Small programs that run programs/train.ts, and how their outcome is read from what they print.

import { Failure, tail } from '../shell.mjs'

const platform = process.platform === 'win32' ? 'win' : process.platform

/** npm's package of Node's program for this machine: it downloads nothing itself. */
export const nodePackage = `node-${platform}-${process.arch}`

const MARK = 'TRAINED '
const FAILED = 'NOT TRAINED '

/** Code that tells the outcome of the call `training` to the function `tell`. */
export const reporting = (training, tell = 'console.log') => `${training}.then(
  (outcome) => ${tell}('${MARK}' + JSON.stringify(outcome)),
  (error) => ${tell}('${FAILED}' + (error.stack || error)),
)`

/** A program that trains and prints the outcome; `kind` is `import` or `require`. */
export const printing = (kind, file, init = {}) => {
  const load =
    kind === 'import' ? `import { train } from '${file}'` : `const { train } = require('${file}')`
  return `${load}\n${reporting(`train(${JSON.stringify(init)})`)}\n`
}

/** The outcome in a line of text; `undefined` if it tells of none. Throws where training failed. */
export const readOutcome = (text) => {
  if (text.startsWith(MARK)) return JSON.parse(text.slice(MARK.length))
  if (text.startsWith(FAILED)) throw new Failure(text.slice(FAILED.length))
  return undefined
}

/** The outcome in all that a program printed. */
export const outcomeOf = (output) => {
  const outcome = output.split('\n').map(readOutcome).find(Boolean)
  if (outcome) return outcome
  throw new Failure(`the program told of no outcome:\n${tail(output)}`)
}
