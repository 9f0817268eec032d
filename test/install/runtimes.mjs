// Deno and Bun take the Node entry; workerd, Cloudflare's runtime, the one for edge runtimes.

import { existsSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { freePort, startServer } from '../../scripts/install/processes.mjs'
import { nodePackage, outcomeOf, printing } from '../../scripts/install/programs.mjs'
import { serveFolder } from '../../scripts/install/serve.mjs'

const prepare = async (place, init) => {
  await place.program('train', 'train.js')
  place.write('main.js', printing('import', './train.js', init))
}

const denoPackage = `@deno/${process.platform}-${process.arch}${process.platform === 'linux' ? '-glibc' : ''}`

const deno = {
  name: 'deno',
  packages: { [denoPackage]: '2.9.6' },
  async run(place, report) {
    const program = join(place.tools, denoPackage, 'deno')
    const env = { DENO_DIR: join(place.app, '.deno'), DENO_NO_UPDATE_CHECK: '1' }
    const args = ['run', '--node-modules-dir=manual', '--allow-read', '--allow-env']
    for (const [mode, reason] of modes('Deno')) {
      await prepare(place, mode === 'shared' ? {} : { mode })
      await report.trains(mode, { mode, reason }, async () =>
        outcomeOf(await place.run(program, [...args, 'main.js'], { env })),
      )
    }
    const server = await serveFolder(join(place.app, 'node_modules/gradloom/dist'))
    await place.program('train', 'train.js', { from: `${server.url}/browser/index.js` })
    place.write('main.js', printing('import', './train.js'))
    const expected = { mode: 'replica', reason: /not cross-origin isolated/ }
    await report.trains('from a CDN', expected, async () => {
      const allow = `--allow-import=${new URL(server.url).host}`
      return outcomeOf(await place.run(program, [...args, allow, 'main.js'], { env }))
    })
    server.close()
  },
}

// The baseline build runs on processors without AVX2, too.
const bunPackage = `@oven/bun-${process.platform}-${process.arch === 'x64' ? 'x64-baseline' : 'aarch64'}`

const bun = {
  name: 'bun',
  packages: { [bunPackage]: '1.4.5' },
  async run(place, report) {
    const program = join(place.tools, bunPackage, 'bin/bun')
    for (const [mode, reason] of modes('Bun')) {
      await prepare(place, mode === 'shared' ? {} : { mode })
      await report.trains(mode, { mode, reason }, async () =>
        outcomeOf(await place.run(program, ['main.js'])),
      )
    }
  },
}

const modes = (name) => [
  ['shared', new RegExp(`${name} shares memory`)],
  ['replica', /asked for it/],
  ['inline', /asked for it/],
]

/** Before 2025-05-05 there is no FinalizationRegistry. */
const dates = ['2024-09-01', '2026-11-01']

const worker = `
import { train } from './train.js'
export default {
  async fetch() {
    return Response.json(await train().catch((error) => ({ mode: String(error.stack) })))
  },
}
`

const config = (files, port, date) => `
using Workerd = import "/workerd/workerd.capnp";
const config :Workerd.Config = (
  services = [(name = "main", worker = .main)],
  sockets = [(name = "http", address = "127.0.0.1:${port}", http = (), service = "main")],
);
const main :Workerd.Worker = (
  modules = [${files
    .map((file) => {
      const kind = file.endsWith('.wasm') ? 'wasm' : 'esModule'
      return `(name = "${file}", ${kind} = embed "${file}")`
    })
    .join(', ')}],
  compatibilityDate = "${date}",
);
`

/** The entry comes first. */
const modulesOf = (dir) =>
  readdirSync(dir)
    .filter((file) => /\.(js|wasm)$/.test(file))
    .sort()
    .reverse()
    .sort((a) => (a === 'worker.js' ? -1 : 1))

const workerd = {
  name: 'workerd',
  packages: { [nodePackage]: '22.23.3', wrangler: '4.164.0' },
  async run(place, report) {
    const node = join(place.tools, nodePackage, 'bin/node')
    const platform = `workerd-${process.platform}-${process.arch === 'x64' ? '64' : 'arm64'}`
    const program = join(place.tools, '@cloudflare', platform, 'bin/workerd')
    await place.program('train', 'train.js')
    place.write('worker.js', worker)
    place.write('wrangler.json', {
      name: 'trains',
      main: 'worker.js',
      compatibility_date: dates[0],
    })
    const wrangler = join(place.tools, 'wrangler/bin/wrangler.js')
    const env = { WRANGLER_SEND_METRICS: 'false', CI: '1', HOME: place.app }
    await report.check('bundled by wrangler', async () => {
      await place.run(node, [wrangler, 'deploy', '--dry-run', '--outdir', 'out'], { env })
      if (!existsSync(join(place.app, 'out/worker.js'))) throw new Error('there is no bundle')
    })
    for (const date of dates) {
      const expected = { mode: 'inline', reason: /this runtime has no workers/ }
      await report.trains(`compatibility date ${date}`, expected, async () => {
        const port = await freePort()
        place.write('out/config.capnp', config(modulesOf(join(place.app, 'out')), port, date))
        const url = `http://127.0.0.1:${port}/`
        const server = await startServer(place, program, ['serve', 'out/config.capnp'], url)
        try {
          return await (await fetch(url)).json()
        } finally {
          await server.stop()
        }
      })
    }
  },
}

export const fixtures = [deno, bun, workerd]
