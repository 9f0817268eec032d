// The folder of a fixture: its tools, installed once and kept, and in it an app that has the freshly
// packed gradloom and nothing from the run before.

import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { transform } from 'esbuild'
import { Failure, root, supervise, tail } from '../shell.mjs'
import { isCurrent, writeStamp } from '../stamp.mjs'
import { emptyFolder, installDir, installInto, npmInstall } from './package.mjs'

const programs = join(root, 'test/install/programs')

const installTools = async (dir, packages) => {
  const wanted = Object.entries(packages).map(([name, version]) => `${name}@${version}`)
  const stamp = join(dir, 'stamp')
  if (isCurrent(stamp, wanted.join('\n'))) return
  emptyFolder(dir)
  writeFileSync(join(dir, 'package.json'), '{ "private": true }\n')
  if (wanted.length > 0) await npmInstall(dir, wanted)
  writeStamp(stamp, wanted.join('\n'))
}

const run = async (program, args, { cwd, env, timeout = 180_000 }) => {
  const label = [program, ...args]
    .map((part) => basename(part))
    .join(' ')
    .slice(0, 60)
  const { ok, output } = await supervise(label, program, args, { cwd, env, timeout })
  if (ok) return output
  throw new Failure(`${label} failed:\n${tail(output, 30)}`)
}

/** The programs of the tests as what a user of `format` (`esm`, `cjs`, `ts`) would write. */
const programText = async (name, format) => {
  const text = readFileSync(join(programs, `${name}.ts`), 'utf8')
  if (format === 'ts') return text
  return (await transform(text, { loader: 'ts', format })).code
}

class Place {
  constructor(dir, env) {
    this.tools = join(dir, 'node_modules')
    this.app = join(dir, 'app')
    this.env = env
  }

  write(file, text) {
    const path = join(this.app, file)
    mkdirSync(dirname(path), { recursive: true })
    writeFileSync(path, typeof text === 'string' ? text : `${JSON.stringify(text, null, 2)}\n`)
    return path
  }

  /** Writes one of test/install/programs into the app, importing the package as `from`. */
  async program(name, file, { format = 'esm', from = 'gradloom' } = {}) {
    const text = await programText(name, format)
    return this.write(file, text.replace(/(["'])gradloom\1/g, `'${from}'`))
  }

  /** The output of a program, run in the app (or in `cwd`). */
  run(program, args, { cwd = this.app, env = {}, timeout } = {}) {
    return run(program, args, { cwd, env: { ...this.env, ...env }, timeout })
  }

  /** Runs a tool that is written in JavaScript. */
  node(script, args = [], options = {}) {
    return this.run(process.execPath, [join(this.tools, script), ...args], options)
  }
}

/** Makes the folder of the fixture `name`. */
export const placeOf = async ({ name, packages = {} }, installed) => {
  const dir = join(installDir, name)
  mkdirSync(dir, { recursive: true })
  await installTools(dir, packages)
  const { NODE_OPTIONS, NODE_PATH, ...env } = process.env
  const place = new Place(dir, { ...env, NO_COLOR: '1', FORCE_COLOR: '0' })
  emptyFolder(place.app)
  place.write('package.json', {
    private: true,
    type: 'module',
    dependencies: { gradloom: '*' },
  })
  installInto(place.app, installed)
  if (!existsSync(join(place.app, 'node_modules/gradloom/package.json')))
    throw new Failure('the package is not in its tarball.')
  return place
}
