// Real Chromium for the browser tests: finds it and starts it without the background traffic that a
// closed network would refuse.

import { existsSync } from 'node:fs'
import { type Browser, chromium } from 'playwright-core'

const PLACES = [
  process.env.GRADLOOM_CHROMIUM,
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
]

const FLAGS = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
]

export const launch = (): Promise<Browser> => {
  const executablePath = PLACES.find((path) => path && existsSync(path))
  if (!executablePath) {
    throw new Error('Chromium is not installed: run `npm run setup`, or set GRADLOOM_CHROMIUM')
  }
  return chromium.launch({ executablePath, args: FLAGS })
}
