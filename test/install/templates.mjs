// The templates of create-gradloom, as a user gets them: made by the bin, installed by npm with the
// packed package, built, and run: the program in Node, the pages in Chromium.

import { spawn } from 'node:child_process'
import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { useChromium } from '../../scripts/install/browsers.mjs'
import { npmInstall } from '../../scripts/install/package.mjs'
import { Failure, root } from '../../scripts/shell.mjs'

/** The bin, as npm installs it from the packed create-gradloom. */
const installedBin = async (place) => {
  const dir = join(place.app, 'maker')
  place.write('maker/package.json', { private: true })
  await place.run('npm', ['pack', join(root, 'create'), '--pack-destination', dir])
  const [tarball] = readdirSync(dir).filter((file) => file.endsWith('.tgz'))
  await npmInstall(dir, [join(dir, tarball)])
  return join(dir, 'node_modules/.bin/create-gradloom')
}

/** Starts a server and resolves to `{ url, stop }` when it has said where it listens. */
const serve = (cwd, args, env) =>
  new Promise((resolve, reject) => {
    const child = spawn(process.execPath, args, { cwd, env })
    let output = ''
    const hear = (chunk) => {
      output += chunk
      const url = /http:\/\/localhost:\d+\//.exec(output)?.[0]
      if (url) resolve({ url, stop: () => child.kill() })
    }
    child.stdout.on('data', hear)
    child.stderr.on('data', hear)
    child.once('exit', () => reject(new Failure(`the server ended:\n${output}`)))
  })

/** Presses Train; resolves to the last status. Rejects with what the page complained about. */
const train = async (url) => {
  const page = await (await useChromium()).newPage()
  const errors = []
  page.on('pageerror', (error) => errors.push(String(error)))
  page.on('console', (message) => {
    if (message.type() === 'error') errors.push(message.text())
  })
  try {
    await page.goto(url)
    await page.locator('#train:not(:disabled)').click()
    await page.locator('#status', { hasText: 'done' }).waitFor({ timeout: 60_000 })
    if (errors.length > 0) throw new Failure(errors.join('\n'))
    const mode = await page.locator('#mode').textContent()
    if (!/shared memory/.test(mode)) throw new Failure(`the page is not isolated: ${mode}`)
    return await page.locator('#status').textContent()
  } finally {
    await page.close()
  }
}

const mustBeAccurate = (text, pattern) => {
  const accuracy = Number(pattern.exec(text)?.[1])
  if (accuracy >= 0.9) return `accuracy ${accuracy.toFixed(3)}`
  throw new Failure(`the accuracy is ${accuracy}:\n${text}`)
}

const inPage = async (dir, env, args) => {
  const { url, stop } = await serve(dir, args, env)
  try {
    const status = await train(url)
    const [, percent] = /accuracy ([\d.]+) %/.exec(status) ?? []
    return mustBeAccurate(`accuracy ${percent / 100}`, /accuracy ([\d.]+)/)
  } finally {
    stop()
  }
}

const vite = 'node_modules/vite/bin/vite.js'

/** What is run of each template, and how. */
const runs = {
  'node-ts': [
    [
      'npm start',
      async (place) =>
        mustBeAccurate(
          await place.run('npm', ['start', '--prefix', 'made']),
          /never trained on: \{ loss: [\d.]+, accuracy: ([\d.]+)/,
        ),
    ],
  ],
  'vite-ts': [
    [
      'npm run build',
      (place) => place.run('npm', ['run', 'build', '--prefix', 'made']).then(() => ''),
    ],
    ['dev', (_place, dir, env) => inPage(dir, env, [vite, '--port', '0'])],
    ['preview', (_place, dir, env) => inPage(dir, env, [vite, 'preview', '--port', '0'])],
  ],
  html: [['npm start', (_place, dir, env) => inPage(dir, { ...env, PORT: '0' }, ['server.mjs'])]],
}

const fixtureOf = (template) => ({
  name: `template-${template}`,
  async run(place, report, packed) {
    const dir = join(place.app, 'made')
    await report.check('create and install', async () => {
      await place.run(await installedBin(place), [dir, '--template', template])
      await npmInstall(dir, [packed.tarball])
    })
    for (const [label, run] of runs[template]) {
      await report.check(label, () => run(place, dir, place.env))
    }
  },
})

export const fixtures = Object.keys(runs).map(fixtureOf)
