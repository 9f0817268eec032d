// A Firefox for the install tests: the machine's own, else the distribution's.

import { which } from '../shell.mjs'
import { candidate, canInstall, install, updateLists } from './apt.mjs'

const names = ['firefox-esr', 'firefox']

const find = () =>
  which(process.env.GRADLOOM_FIREFOX ?? '') ?? names.map((name) => which(name)).find(Boolean)

const viaApt = async () => {
  if (!canInstall()) return undefined
  await updateLists()
  // Ubuntu's package only points at a snap.
  const name = names.find((each) => candidate(each) && !candidate(each).includes('snap'))
  if (!name) return undefined
  await install([name])
  return find()
}

/** The full path of a Firefox, or undefined when none can be had. */
export const firefoxPath = async () => find() ?? (await viaApt())
