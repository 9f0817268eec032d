// The stages of the test command: what each runs and how its tests are counted. `test.mjs` runs
// them.

import { existsSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { opsArgs } from '../rustfmt.mjs'
import { root, tee } from '../shell.mjs'
import { cargoReport } from '../support/reports.mjs'
import { countCargo, countOne, countVitest } from './count.mjs'

const missing = (what) => {
  console.error(`${what} cannot be had on this machine, so this stage counts as failed.`)
  return countOne(false)
}

const cargoEnv = ({ host }) => {
  const { RUSTUP_TOOLCHAIN, RUSTFLAGS, CARGO_BUILD_TARGET, ...env } = process.env
  const PATH = `${host.bin}:${process.env.PATH}`
  return { ...env, ...host.env, PATH, RUSTC: join(host.bin, 'rustc'), CARGO_TERM_COLOR: 'never' }
}

const cargo = (tools, args) => tee(join(tools.host.bin, 'cargo'), args, { env: cargoEnv(tools) })

const cargoLint = (args) => async (tools) => {
  if (!tools.host.lints) return missing('clippy and rustfmt')
  return countOne((await cargo(tools, args)).ok)
}

const rustfmtOps = async (tools) => {
  if (!tools.host.lints) return missing('clippy and rustfmt')
  const program = join(tools.host.bin, 'rustfmt')
  return countOne((await tee(program, ['--check', ...opsArgs()], { env: cargoEnv(tools) })).ok)
}

const cargoTest = async (tools) => {
  const { ok, output } = await cargo(tools, ['test', '--workspace', '--no-fail-fast'])
  writeFileSync(cargoReport, output)
  return countCargo(output, ok)
}

const script =
  (path, args = []) =>
  async () =>
    countOne((await tee(process.execPath, [join(root, path), ...args])).ok)

const vitest = (project) => async (tools) => {
  if (project === 'browser' && !existsSync(tools.chromium ?? '')) return missing('Chromium')
  const report = join(root, 'build', `vitest-${project}.json`)
  rmSync(report, { force: true })
  const args = [
    'run',
    '--project',
    project,
    '--allowOnly=false',
    '--reporter=default',
    '--reporter=json',
  ]
  const env = { ...process.env, GRADLOOM_CHROMIUM: tools.chromium ?? '' }
  if (tools.python) env.PYTHON = tools.python
  const program = join(root, 'node_modules/vitest/vitest.mjs')
  const all = [program, ...args, `--outputFile=${report}`]
  const { ok } = await tee(process.execPath, all, { env })
  return countVitest(report, ok)
}

const clippy = ['clippy', '--workspace', '--all-targets', '--', '-D', 'warnings']
const biome = 'node_modules/@biomejs/biome/bin/biome'

/** `group` is what `--only` selects. */
export const stages = [
  { name: 'rustfmt', group: 'lint', run: cargoLint(['fmt', '--all', '--check']) },
  { name: 'rustfmt: ops', group: 'lint', run: rustfmtOps },
  { name: 'clippy', group: 'lint', run: cargoLint(clippy) },
  {
    name: 'biome: lint and format',
    group: 'lint',
    run: script(biome, ['check', '--error-on-warnings', '.']),
  },
  { name: 'tsc', group: 'lint', run: script('node_modules/typescript/bin/tsc', ['-p', '.']) },
  { name: 'import zones', group: 'lint', run: script('scripts/zones.mjs') },
  { name: 'size budgets', group: 'lint', run: script('scripts/size.mjs') },
  { name: 'cargo test', group: 'rust', run: cargoTest },
  { name: 'vitest: Node', group: 'node', needsBuild: true, run: vitest('node') },
  { name: 'SUPPORT.md', group: 'support', run: script('scripts/support.mjs', ['--check']) },
  { name: 'vitest: Chromium', group: 'browser', needsBuild: true, run: vitest('browser') },
]
