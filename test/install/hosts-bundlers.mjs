// The recipes for Vite and Next, as the guide has them, on their own servers: those for developers and those
// that show what was built.

import { join } from 'node:path'
import { hosting, onPort, visitPages } from '../../scripts/install/hosts.mjs'
import { writePages, writeScripts } from '../../scripts/install/pages.mjs'
import { env, packages, path, writeApp } from './next.mjs'
import { VITE } from './vite.mjs'

const vite = {
  name: 'host-vite',
  packages: { vite: VITE },
  async run(place, report) {
    await writeScripts(place)
    writePages(place)
    place.write('vite.config.ts', hosting('Vite', 'ts'))
    const program = join(place.tools, 'vite/bin/vite.js')
    const serve = (...command) =>
      onPort(place, process.execPath, (port) => [
        ...[program, ...command, '--port', `${port}`, '--strictPort', '--host', '127.0.0.1'],
      ])
    await visitPages(report, 'dev', serve())
    const built = await report.check('build', async () => {
      await place.node('vite/bin/vite.js', ['build'])
    })
    // The config of the guide names one page.
    if (built) await visitPages(report, 'preview', serve('preview'), { pages: ['index'] })
  },
}

const next = {
  name: 'host-next',
  packages,
  async run(place, report) {
    await writeApp(place, hosting('Next', 'js'))
    const program = join(place.tools, 'next/dist/bin/next')
    const serve = (command) =>
      onPort(
        place,
        process.execPath,
        (port) => [program, command, '-p', `${port}`, '-H', '127.0.0.1'],
        env,
      )
    await visitPages(report, 'dev', serve('dev'), { path })
    const built = await report.check('build', async () => {
      await place.node('next/dist/bin/next', ['build'], { env, timeout: 300_000 })
    })
    if (built) await visitPages(report, 'start', serve('start'), { path })
  },
}

export const fixtures = [vite, next]
