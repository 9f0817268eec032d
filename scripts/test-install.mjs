// The install tests: packs the package, installs it from the tarball wherever JavaScript runs, and
// trains a small model there, which must end in the recorded bits. Names as arguments choose fixtures.

import { join } from 'node:path'
import { Failure, inherit, root, runMain } from './shell.mjs'

const ready = async () => {
  for (const step of [['setup.mjs', '--test'], ['build-wasm.mjs'], ['build-ts.mjs']]) {
    const [script, ...args] = step
    const code = await inherit(process.execPath, [join(root, 'scripts', script), ...args])
    if (code !== 0) throw new Failure(`scripts/${script} failed.`)
  }
}

const main = async () => {
  await ready()
  // It needs npm packages, which may not have been there before.
  const { installTests } = await import('./install/run.mjs')
  process.exitCode = (await installTests(process.argv.slice(2))) ? 0 : 1
}

runMain('test:install', main)
