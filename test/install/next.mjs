// Next: a client component that trains, in the dev server and in a build, with Turbopack and with webpack.

import { join } from 'node:path'
import { useChromium } from '../../scripts/install/browsers.mjs'
import { visitServer } from '../../scripts/install/contexts.mjs'
import { freePort, startServer } from '../../scripts/install/processes.mjs'

const config = `
export default { turbopack: { root: import.meta.dirname + '/..' }, devIndicators: false }
`

const layout = `
export default function Layout({ children }) {
  return <html lang="en"><body>{children}</body></html>
}
`

const page = (train) => `
'use client'
import { useEffect } from 'react'
import { train } from '${train}'

let started = false

export default function Page() {
  useEffect(() => {
    // Effects run twice while developing.
    if (started) return
    started = true
    train().then(
      (outcome) => console.log('TRAINED ' + JSON.stringify(outcome)),
      (error) => console.log('NOT TRAINED ' + error.stack),
    )
  }, [])
  return <p>Trains</p>
}
`

/** A route that trains on the server. */
const route = `
import { train } from '../train.js'

export const dynamic = 'force-dynamic'
export const GET = async () => Response.json(await train())
`

/** The same in Next's edge runtime. */
const edge = `
import { train } from '../train.js'

export const runtime = 'edge'
export const GET = async () => Response.json(await train())
`

export const packages = { next: '16.4.6', react: '19.3.1', 'react-dom': '19.3.1' }

export const env = { NEXT_TELEMETRY_DISABLED: '1' }

export const writeApp = async (place, config) => {
  place.write('next.config.mjs', config)
  place.write('app/layout.js', layout)
  await place.program('train', 'app/train.js')
  await place.program('train', 'app/assets/train.js', { from: 'gradloom/assets' })
  place.write('app/page.js', page('./train.js'))
  place.write('app/assets/page.js', page('./train.js'))
  place.write('app/server/route.js', route)
}

export const path = (page) => (page === 'index' ? '' : page)

const inNode = ['server', { mode: 'shared', reason: /Node shares memory/ }]
const inEdge = ['edge', { mode: 'inline', reason: /this runtime has no workers/ }]

const rows = async (place, report, [command, ...more], { servers, ...options }) => {
  const port = await freePort()
  const program = join(place.tools, 'next/dist/bin/next')
  const args = [program, command, ...more, '-p', `${port}`, '-H', '127.0.0.1']
  const server = await startServer(place, process.execPath, args, `http://127.0.0.1:${port}/`, env)
  try {
    await visitServer(report, await useChromium(), port, { label: command, path, ...options })
    for (const [where, expected] of servers) {
      await report.trains(`${command}: ${where} route`, expected, async () =>
        (await fetch(`http://127.0.0.1:${port}/${where}`)).json(),
      )
    }
  } finally {
    await server.stop()
  }
}

const devAndBuild = async (place, report, { servers, bundler = [] }) => {
  await rows(place, report, ['dev', ...bundler], { servers })
  const built = await report.check('build', async () => {
    await place.node('next/dist/bin/next', ['build', ...bundler], { env, timeout: 300_000 })
  })
  // Next writes inline scripts into the page, which a policy must allow.
  if (built) await rows(place, report, ['start'], { servers, scripts: "'unsafe-inline'" })
}

const next = {
  name: 'next',
  packages,
  async run(place, report) {
    await writeApp(place, config)
    place.write('app/edge/route.js', edge)
    await devAndBuild(place, report, { servers: [inNode, inEdge] })
  },
}

/** With webpack, Next does not build any route for its edge runtime, gradloom or not. */
const webpack = {
  name: 'next-webpack',
  packages,
  async run(place, report) {
    await writeApp(place, config)
    await devAndBuild(place, report, { servers: [inNode], bundler: ['--webpack'] })
  },
}

export const fixtures = [next, webpack]
