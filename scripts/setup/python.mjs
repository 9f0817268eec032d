// A Python with `safetensors` for one test: that other programs open our files. Not needed for anything
// else; without it that test is skipped and says so.

import { join } from 'node:path'
import { capture, say, supervise, toolsDir, which } from '../shell.mjs'
import { canInstall, install, updateLists } from './apt.mjs'

const PACKAGES = ['safetensors==0.8.0', 'numpy<3']

const environment = join(toolsDir, 'python')
const own = join(environment, 'bin/python')

const hasSafetensors = (python) =>
  python && capture(python, ['-c', 'import safetensors, numpy; print(1)']) === '1'

/** Makes an environment in `.tools`; Debian's Python may lack the module for that. */
const makeEnvironment = async () => {
  const make = () => supervise('python3 -m venv', 'python3', ['-m', 'venv', '--clear', environment])
  if (which('python3') && (await make()).ok) return true
  if (!canInstall()) return false
  await updateLists()
  await install(['python3', 'python3-venv'])
  return (await make()).ok
}

const build = async () => {
  say('setup', 'getting Python’s safetensors into .tools (for one test)')
  if (!(await makeEnvironment())) return false
  const args = ['-m', 'pip', 'install', '-q', '--disable-pip-version-check', ...PACKAGES]
  return (await supervise('pip install safetensors', own, args)).ok
}

/** The full path of a Python with safetensors, or null. */
export const pythonPath = async () => {
  const found = [process.env.PYTHON, own, which('python3')].find(hasSafetensors)
  if (found) return found
  return (await build()) && hasSafetensors(own) ? own : null
}
