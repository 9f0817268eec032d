// The install tests: packs the package, installs it from the tarball wherever JavaScript runs, and
// trains a small model there, which must end in the recorded bits. Names as arguments choose fixtures.

import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { closeBrowsers } from './install/browsers.mjs'
import { packedPackage } from './install/package.mjs'
import { placeOf } from './install/place.mjs'
import { Report } from './install/rows.mjs'
import { Failure, inherit, root, runMain } from './shell.mjs'

const folder = join(root, 'test/install')
const names = process.argv.slice(2)

/** In the order of their files. */
const load = async () => {
  const files = readdirSync(folder).filter((file) => file.endsWith('.mjs'))
  const modules = await Promise.all(files.sort().map((file) => import(join(folder, file))))
  return modules.flatMap(({ fixtures }) => fixtures)
}

const chosen = (fixtures) => {
  const matches = (name) => (fixture) =>
    fixture.name === name || fixture.name.startsWith(`${name}-`)
  for (const name of names.filter((name) => !fixtures.some(matches(name)))) {
    const known = fixtures.map((fixture) => fixture.name).join(', ')
    throw new Failure(`there is no fixture '${name}'; there are: ${known}.`)
  }
  return fixtures.filter((fixture) => names.length === 0 || names.some((n) => matches(n)(fixture)))
}

const ready = async () => {
  for (const step of [['setup.mjs', '--test'], ['build-wasm.mjs'], ['build-ts.mjs']]) {
    const [script, ...args] = step
    const code = await inherit(process.execPath, [join(root, 'scripts', script), ...args])
    if (code !== 0) throw new Failure(`scripts/${script} failed.`)
  }
}

/** Trouble outside of a row is a row of its own. */
const runFixture = async (fixture, report, packed) => {
  report.begin(fixture.name)
  try {
    await fixture.run(await placeOf(fixture, packed.installed), report, packed)
  } catch (error) {
    await report.check('set-up', () => {
      throw error
    })
  }
}

const main = async () => {
  const started = performance.now()
  const fixtures = chosen(await load())
  await ready()
  const packed = await packedPackage()
  const report = new Report()
  for (const fixture of fixtures) await runFixture(fixture, report, packed)
  await closeBrowsers()
  process.exitCode = report.close(started) ? 0 : 1
}

runMain('test:install', main)
