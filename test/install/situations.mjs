// Where else a page's code runs, and what happens to pages: a worker of the user's own, a service
// worker, several instances at once, a page put away and taken up again, modules reloaded.

import { cpSync } from 'node:fs'
import { join } from 'node:path'
import { build } from 'esbuild'
import { useChromium } from '../../scripts/install/browsers.mjs'
import { cleanVisit, replica, shared } from '../../scripts/install/contexts.mjs'
import { html } from '../../scripts/install/pages.mjs'
import { reporting } from '../../scripts/install/programs.mjs'
import { ISOLATION, serveFolder } from '../../scripts/install/serve.mjs'

const inline = { mode: 'inline', reason: /this runtime has no workers/ }

const ownWorker = {
  page: `
    const worker = new Worker('./own-worker.js', { type: 'module' })
    worker.onmessage = ({ data }) => console.log(data)
    worker.onerror = (event) => console.log('NOT TRAINED ' + event.message)
  `,
  'own-worker.js': `
    import { train } from './train.js'
    ${reporting('train()', 'postMessage')}
  `,
}

const serviceWorker = {
  page: `
    navigator.serviceWorker.addEventListener('message', ({ data }) => console.log(data))
    await navigator.serviceWorker.register('./service-worker.js', { type: 'module' })
    const { active } = await navigator.serviceWorker.ready
    active.postMessage('train')
  `,
  'service-worker.js': `
    import { train } from './train.js'
    addEventListener('activate', (event) => event.waitUntil(clients.claim()))
    addEventListener('message', (event) => {
      const tell = (text) => event.source.postMessage(text)
      event.waitUntil(${reporting('train()', 'tell')})
    })
  `,
}

/** One without modules: a bundle, as it may not import. */
const classicServiceWorker = {
  page: serviceWorker.page.replace(", { type: 'module' }", ''),
  bundled: serviceWorker['service-worker.js'],
}

/** Two copies of the library, each with two models at once, and one in a worker. */
const severalAtOnce = {
  page: `
    const copies = await Promise.all(['1', '2'].map((n) => import('./train-' + n + '.js')))
    const worker = new Worker('./own-worker.js', { type: 'module' })
    const inWorker = new Promise((resolve) => {
      worker.onmessage = ({ data }) => resolve(JSON.parse(data.replace('TRAINED ', '')))
    })
    const keep = { keep: true }
    const all = copies.flatMap(({ train }) => [train({}, keep), train({}, keep)])
    const outcomes = await Promise.all([...all, inWorker])
    const hashes = new Set(outcomes.map(({ sha256 }) => sha256))
    if (hashes.size > 1) throw new Error('they differ: ' + [...hashes])
    console.log('TRAINED ' + JSON.stringify(outcomes[0]))
  `,
  'own-worker.js': ownWorker['own-worker.js'],
}

const rows = [
  ['own worker, isolated', ownWorker, ISOLATION, shared],
  ['own worker, not isolated', ownWorker, {}, replica],
  ['service worker', serviceWorker, ISOLATION, inline],
  ['service worker without modules', classicServiceWorker, ISOLATION, inline],
  ['several instances at once, isolated', severalAtOnce, ISOLATION, shared],
  ['several instances at once, not isolated', severalAtOnce, {}, replica],
]

const bundle = async (place, contents, file) => {
  const resolveDir = join(place.app, 'site')
  const stdin = { contents, resolveDir }
  await build({ stdin, bundle: true, format: 'iife', outfile: join(resolveDir, file) })
}

const writeSite = async (place, { page, bundled, ...files }) => {
  const from = './dist/browser/index.js'
  await place.program('train', 'site/train.js', { from })
  await place.program('train', 'site/train-1.js', { from: `${from}?1` })
  await place.program('train', 'site/train-2.js', { from: `${from}?2` })
  place.write('site/index.js', page)
  place.write('site/index.html', html('index.js'))
  for (const [file, text] of Object.entries(files)) place.write(`site/${file}`, text)
  if (bundled) await bundle(place, bundled, 'service-worker.js')
}

const situations = {
  name: 'situations',
  async run(place, report) {
    const browser = await useChromium()
    const site = join(place.app, 'site')
    cpSync(join(place.app, 'node_modules/gradloom/dist'), join(site, 'dist'), { recursive: true })
    for (const [label, files, headers, expected] of rows) {
      await report.trains(label, expected, async () => {
        await writeSite(place, files)
        const server = await serveFolder(site, headers)
        try {
          return await cleanVisit(browser, `${server.url}/index.html`)
        } finally {
          server.close()
        }
      })
    }
  },
}

export const fixtures = [situations]
