// A Chromium for the browser tests: the machine's own, else the distribution's, else playwright's.

import { join } from 'node:path'
import { root, say, supervise, which } from '../shell.mjs'
import { candidate, canInstall, install, updateLists } from './apt.mjs'

const names = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable', 'chrome']

const playwrights = async () => {
  const { chromium } = await import('playwright-core').catch(() => ({}))
  const path = chromium?.executablePath()
  return path && which(path)
}

const find = async () =>
  which(process.env.GRADLOOM_CHROMIUM ?? '') ??
  names.map((name) => which(name)).find(Boolean) ??
  playwrights()

const viaApt = async () => {
  if (!canInstall()) return undefined
  await updateLists()
  // Ubuntu's package of this name only points at a snap; it has no real version here.
  if (!candidate('chromium') || candidate('chromium').includes('snap')) return undefined
  await install(['chromium', 'fonts-liberation'])
  return find()
}

const viaPlaywright = async () => {
  say('setup', 'downloading Chromium with playwright')
  const cli = join(root, 'node_modules/playwright-core/cli.js')
  await supervise('playwright install', process.execPath, [
    cli,
    'install',
    '--with-deps',
    'chromium',
  ])
  return find()
}

/** The full path of a Chromium, or undefined when none can be had. */
export const chromiumPath = async () =>
  (await find()) ?? (await viaApt()) ?? (await viaPlaywright())
