// An nginx for the install tests: the machine's own, else the distribution's package, taken apart into
// `.tools`. It is not installed, as that would start a server on the machine.

import { existsSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { emptyFolder } from '../install/package.mjs'
import { capture, supervise, toolsDir, which } from '../shell.mjs'
import { canInstall, hasApt, updateLists } from './apt.mjs'

const own = join(toolsDir, 'nginx')

/** `{ program, types }`: the binary and its list of media types. */
const at = (prefix) => {
  const found = {
    program: join(prefix, 'usr/sbin/nginx'),
    types: join(prefix, 'etc/nginx/mime.types'),
  }
  return capture(found.program, ['-v']) !== undefined && existsSync(found.types) ? found : undefined
}

const viaApt = async () => {
  if (!hasApt() || !which('dpkg')) return undefined
  if (canInstall()) await updateLists()
  emptyFolder(own)
  const args = ['download', 'nginx', 'nginx-common']
  if (!(await supervise('apt-get download nginx', 'apt-get', args, { cwd: own })).ok)
    return undefined
  for (const file of readdirSync(own)) capture('dpkg', ['-x', join(own, file), own])
  return at(own)
}

/** An nginx, or undefined when none can be had. */
export const findNginx = async () => at('/') ?? at(own) ?? (await viaApt())
