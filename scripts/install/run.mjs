// The rows of the install tests: the package is packed once, and each fixture trains with it.

import { existsSync, readdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { Failure, root } from '../shell.mjs'
import { saySpace } from '../space.mjs'
import { closeBrowsers } from './browsers.mjs'
import { installDir, packedPackage } from './package.mjs'
import { placeOf } from './place.mjs'
import { Report } from './rows.mjs'

const folder = join(root, 'test/install')

/** A machine of CI runs once: the tools of a fixture, 3.5 GB for all, are not kept. */
const keeps = !process.env.CI

/** In the order of their files. */
const load = async () => {
  const files = readdirSync(folder).filter((file) => file.endsWith('.mjs'))
  const modules = await Promise.all(files.sort().map((file) => import(join(folder, file))))
  return modules.flatMap(({ fixtures }) => fixtures)
}

const chosen = (fixtures, names) => {
  const matches = (name) => (fixture) =>
    fixture.name === name || fixture.name.startsWith(`${name}-`)
  for (const name of names.filter((name) => !fixtures.some(matches(name)))) {
    const known = fixtures.map((fixture) => fixture.name).join(', ')
    throw new Failure(`there is no fixture '${name}'; there are: ${known}.`)
  }
  return fixtures.filter((fixture) => names.length === 0 || names.some((n) => matches(n)(fixture)))
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
  if (!keeps) rmSync(join(installDir, fixture.name), { recursive: true, force: true })
}

/** Runs the fixtures of these names, all without names; resolves to whether all passed. */
export const installTests = async (names) => {
  const started = performance.now()
  const fixtures = chosen(await load(), names)
  if (!existsSync(installDir)) saySpace('install', keeps ? 5 : 2)
  const packed = await packedPackage()
  const report = new Report()
  for (const fixture of fixtures) await runFixture(fixture, report, packed)
  await closeBrowsers()
  return report.close(started)
}
