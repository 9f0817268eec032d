// Every Node that is supported: ES modules, `require`, and types stripped where Node does that.

import { join } from 'node:path'
import { nodePackage, outcomeOf, printing } from '../../scripts/install/programs.mjs'

const versions = ['20.19.0', '20.20.2', '22.23.3', '24.21.0', '26.10.0']

const strips = ([major, minor]) => major > 22 || (major === 22 && minor >= 18)

const fixtureOf = (version) => {
  const parts = version.split('.').map(Number)
  const name = `node-${parts[0]}${version === '20.19.0' ? '-oldest' : ''}`
  return {
    name,
    packages: { [nodePackage]: version },
    async run(place, report) {
      const node = join(place.tools, nodePackage, 'bin/node')
      const trains = (label, file) =>
        report.trains(label, { mode: 'shared', reason: /Node shares memory/ }, async () =>
          outcomeOf(await place.run(node, [file])),
        )
      await place.program('train', 'train.mjs')
      place.write('main.mjs', printing('import', './train.mjs'))
      await trains(`${version}: import`, 'main.mjs')
      await place.program('train', 'train.cjs', { format: 'cjs' })
      place.write('main.cjs', printing('require', './train.cjs'))
      await trains(`${version}: require`, 'main.cjs')
      if (!strips(parts)) return
      await place.program('train', 'train.ts', { format: 'ts' })
      place.write('main.ts', printing('import', './train.ts'))
      await trains(`${version}: types stripped`, 'main.ts')
    },
  }
}

export const fixtures = versions.map(fixtureOf)
