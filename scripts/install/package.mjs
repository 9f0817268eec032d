// The package as a user gets it: packed once, and installed by npm from the tarball into an empty
// folder. Fixtures take that copy.

import { cpSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { Failure, root, supervise, tail, toolsDir } from '../shell.mjs'

/** Everything of the install tests: tarball, tools and apps. Never in git. */
export const installDir = join(toolsDir, 'install')

const npm = async (label, args, cwd) => {
  const { ok, output } = await supervise(label, 'npm', args, { cwd })
  if (!ok) throw new Failure(`${label} failed:\n${tail(output)}`)
}

/** Installs `packages` (names or files) into `dir`. Scripts of packages never run. */
export const npmInstall = (dir, packages) => {
  const args = ['install', '--ignore-scripts', '--no-audit', '--no-fund', '--prefer-offline']
  return npm(`npm install ${packages.join(' ')}`, [...args, '--save-exact', ...packages], dir)
}

export const emptyFolder = (dir) => {
  rmSync(dir, { recursive: true, force: true })
  mkdirSync(dir, { recursive: true })
  return dir
}

const pack = async () => {
  const dir = emptyFolder(join(installDir, 'tarball'))
  await npm('npm pack', ['pack', '--ignore-scripts', '--pack-destination', dir], root)
  return join(dir, readdirSync(dir)[0])
}

/** Resolves to the tarball, and the folder where npm has installed it. */
export const packedPackage = async () => {
  const tarball = await pack()
  const dir = emptyFolder(join(installDir, 'package'))
  writeFileSync(join(dir, 'package.json'), '{ "private": true }\n')
  await npmInstall(dir, [tarball])
  return { tarball, dir, installed: join(dir, 'node_modules/gradloom') }
}

/** What npm put beside the package: nothing, as it has no dependencies. */
export const neighbours = (dir) =>
  readdirSync(join(dir, 'node_modules')).filter((name) => name !== 'gradloom' && name[0] !== '.')

export const manifestOf = (installed) =>
  JSON.parse(readFileSync(join(installed, 'package.json'), 'utf8'))

/** Puts the package into the app in `dir`. */
export const installInto = (dir, installed) =>
  cpSync(installed, join(dir, 'node_modules/gradloom'), { recursive: true })
