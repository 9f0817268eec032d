// The packages of a package-lock.json in the node_modules beside it; skipped when they are the locked
// ones already.

import { existsSync, lstatSync } from 'node:fs'
import { join } from 'node:path'
import { Failure, root, say, supervise, tail, which } from '../shell.mjs'
import { hashOf, isCurrent, writeStamp } from '../stamp.mjs'

/** npm would follow the link and empty another checkout. */
const isLink = (folder) =>
  lstatSync(join(root, folder, 'node_modules'), { throwIfNoEntry: false })?.isSymbolicLink() ===
  true

/** `folder`: from the root of the repository. */
export const npmPackages = async (folder = '.') => {
  const lock = join(folder, 'package-lock.json')
  const stamp = join(root, folder, 'node_modules', '.gradloom-stamp')
  if (isCurrent(stamp, hashOf([lock], process.version))) return
  if (isLink(folder))
    return say('setup', 'node_modules is a link: its packages are left as they are')
  if (!which('npm'))
    throw new Failure('npm is missing: install it beside Node, then run this again.')
  const command = existsSync(join(root, lock)) ? 'ci' : 'install'
  say('setup', `installing the npm packages (npm ${command})`)
  const args = [command, '--no-fund', '--no-audit', '--prefer-offline']
  const { ok, output, seconds } = await supervise(`npm ${command}`, 'npm', args, {
    cwd: join(root, folder),
  })
  if (!ok) throw new Failure(`npm ${command} failed:\n${tail(output)}`)
  writeStamp(stamp, hashOf([lock], process.version))
  say('setup', `  installed in ${seconds} s`)
}
