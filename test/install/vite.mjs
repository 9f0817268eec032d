// Vite, the current major and the one before: its dev server, which bundles dependencies on the
// way, and its build.

import { join } from 'node:path'
import { useChromium } from '../../scripts/install/browsers.mjs'
import { visitFolder, visitServer } from '../../scripts/install/contexts.mjs'
import { writePages, writeScripts } from '../../scripts/install/pages.mjs'
import { freePort, startServer } from '../../scripts/install/processes.mjs'

const config = `
export default { build: { rollupOptions: { input: ['index.html', 'assets.html'] } } }
`

const vite = (version) => ({
  name: `vite-${version.split('.')[0]}`,
  packages: { vite: version },
  async run(place, report) {
    const browser = await useChromium()
    await writeScripts(place)
    writePages(place)
    place.write('vite.config.js', config)
    const built = await report.check('build', async () => {
      await place.node('vite/bin/vite.js', ['build'])
    })
    if (!built) return
    await visitFolder(report, browser, join(place.app, 'dist'), { label: 'build' })

    const port = await freePort()
    const args = ['--port', `${port}`, '--strictPort', '--host', '127.0.0.1']
    const program = join(place.tools, 'vite/bin/vite.js')
    const url = `http://127.0.0.1:${port}/index.html`
    const server = await startServer(place, process.execPath, [program, ...args], url)
    try {
      await visitServer(report, browser, port, { label: 'dev' })
    } finally {
      await server.stop()
    }
  },
})

export const fixtures = [vite('8.3.8'), vite('7.3.8')]
