// The packages of package-lock.json in node_modules; skipped when they are the locked ones already.

import { existsSync, lstatSync } from 'node:fs'
import { join } from 'node:path'
import { Failure, root, say, supervise, tail, which } from '../shell.mjs'
import { hashOf, isCurrent, writeStamp } from '../stamp.mjs'

const stamp = join(root, 'node_modules', '.gradloom-stamp')

/** npm would follow the link and empty another checkout. */
const isLink = () =>
  lstatSync(join(root, 'node_modules'), { throwIfNoEntry: false })?.isSymbolicLink() === true

export const npmPackages = async () => {
  const hash = hashOf(['package-lock.json'], process.version)
  if (isCurrent(stamp, hash)) return
  if (isLink()) return say('setup', 'node_modules is a link: its packages are left as they are')
  if (!which('npm'))
    throw new Failure('npm is missing: install it beside Node, then run this again.')
  const command = existsSync(join(root, 'package-lock.json')) ? 'ci' : 'install'
  say('setup', `installing the npm packages (npm ${command})`)
  const args = [command, '--no-fund', '--no-audit', '--prefer-offline']
  const { ok, output, seconds } = await supervise(`npm ${command}`, 'npm', args)
  if (!ok) throw new Failure(`npm ${command} failed:\n${tail(output)}`)
  writeStamp(stamp, hashOf(['package-lock.json'], process.version))
  say('setup', `  installed in ${seconds} s`)
}
