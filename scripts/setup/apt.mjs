// The distribution's packages (apt-get): what there is, and installing some. Debian and its
// relatives only.

import { capture, Failure, say, supervise, tail, which } from '../shell.mjs'

export const hasApt = () => which('apt-get') !== undefined && which('apt-cache') !== undefined

const asRoot = () => {
  if (process.getuid?.() === 0) return []
  return which('sudo') ? ['sudo', '-n'] : undefined
}

/** Whether packages can be installed at all: apt, and root or a password-free sudo. */
export const canInstall = () => {
  if (!hasApt()) return false
  const prefix = asRoot()
  return (
    prefix !== undefined && (prefix.length === 0 || capture('sudo', ['-n', 'true']) !== undefined)
  )
}

const aptGet = (label, args) => {
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' }
  const command = [...asRoot(), 'env', 'DEBIAN_FRONTEND=noninteractive', 'apt-get', ...args]
  return supervise(label, command[0], command.slice(1), { env })
}

/** The version that would be installed, or undefined. */
export const candidate = (name) => {
  const policy = capture('apt-cache', ['policy', name]) ?? ''
  const version = /Candidate: (\S+)/.exec(policy)?.[1]
  return version === '(none)' ? undefined : version
}

let updated = false

/** Refreshes the package lists, once. */
export const updateLists = async () => {
  if (updated) return
  updated = true
  say('setup', 'refreshing the list of distribution packages (apt-get update)')
  await aptGet('apt-get update', ['-qq', '-o', 'Acquire::Retries=1', 'update'])
}

/** The newest `prefix<number>` package, e.g. lld-22. */
export const newest = (prefix) => {
  const names = capture('apt-cache', ['search', '--names-only', `^${prefix}[0-9]+$`]) ?? ''
  const found = names.split('\n').map((line) => line.split(' ')[0])
  const numbers = found.map((name) => Number(name.slice(prefix.length))).filter(Boolean)
  return numbers.length > 0 ? `${prefix}${Math.max(...numbers)}` : undefined
}

export const install = async (names) => {
  say('setup', `installing distribution packages: ${names.join(' ')}`)
  const args = ['-y', '-q', '--no-install-recommends', 'install', ...names]
  const { ok, output, seconds } = await aptGet('apt-get install', args)
  if (!ok) throw new Failure(`apt-get could not install ${names.join(' ')}:\n${tail(output, 8)}`)
  say('setup', `  installed in ${seconds} s`)
}
