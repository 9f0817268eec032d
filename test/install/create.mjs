// The templates of `npm create gradloom`: each is made, built and run, and learns its two spirals.

import { join } from 'node:path'
import { useChromium } from '../../scripts/install/browsers.mjs'
import { installInto } from '../../scripts/install/package.mjs'
import { freePort, startServer } from '../../scripts/install/processes.mjs'
import { ISOLATION, serveFolder } from '../../scripts/install/serve.mjs'
import { root } from '../../scripts/shell.mjs'

/** Makes the project and gives it the packed package. */
const make = async (place, template, installed) => {
  const args = [join(root, 'create/index.mjs'), template, '--template', template]
  await place.run(process.execPath, args)
  installInto(join(place.app, template), installed)
}

const mustLearn = (accuracy) => {
  if (!(accuracy > 0.95)) throw new Error(`its accuracy is ${accuracy}`)
  return `accuracy ${accuracy}`
}

/** Presses the button of the template's page and waits until it has trained. */
const clickThrough = async (url) => {
  const browser = await useChromium()
  const page = await browser.newPage()
  const errors = []
  page.on('pageerror', (error) => errors.push(error.message))
  try {
    await page.goto(url)
    await page.click('#train:enabled')
    await page.locator('#status', { hasText: '(done)' }).waitFor({ timeout: 60_000 })
    const mode = await page.textContent('#mode')
    if (!/shared memory/.test(mode)) throw new Error(`it runs on ${mode}`)
    if (errors.length > 0) throw new Error(errors.join('\n'))
    const [, percent] = /accuracy ([\d.]+) %/.exec(await page.textContent('#status'))
    return mustLearn(Number(percent) / 100)
  } finally {
    await page.close()
  }
}

const nodeTs = async (place) => {
  const cwd = join(place.app, 'node-ts')
  await place.node('typescript/bin/tsc', [], { cwd })
  const output = await place.run(process.execPath, ['dist/main.js'], { cwd })
  return mustLearn(Number(/after loading.*accuracy: ([\d.]+)/.exec(output)?.[1]))
}

const viteTs = async (place) => {
  const cwd = join(place.app, 'vite-ts')
  await place.node('typescript/bin/tsc', [], { cwd })
  await place.node('vite/bin/vite.js', ['build'], { cwd })
  const server = await serveFolder(join(cwd, 'dist'), ISOLATION)
  try {
    return await clickThrough(`${server.url}/`)
  } finally {
    server.close()
  }
}

const html = async (place) => {
  const port = await freePort()
  const url = `http://localhost:${port}/`
  const args = [join(place.app, 'html/server.mjs')]
  const server = await startServer(place, process.execPath, args, url, { PORT: `${port}` })
  try {
    return await clickThrough(url)
  } finally {
    await server.stop()
  }
}

const create = {
  name: 'create',
  packages: { typescript: '7.0.2', vite: '8.3.8', '@types/node': '20.19.43' },
  async run(place, report, { installed }) {
    for (const [template, use] of Object.entries({ 'node-ts': nodeTs, 'vite-ts': viteTs, html })) {
      await report.check(template, async () => {
        await make(place, template, installed)
        return use(place)
      })
    }
  },
}

export const fixtures = [create]
