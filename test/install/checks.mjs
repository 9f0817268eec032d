// What the package says of itself: what npm installs, publint, arethetypeswrong, and its types in
// consumers' compilers.

import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { manifestOf, neighbours } from '../../scripts/install/package.mjs'

const must = (ok, what) => {
  if (!ok) throw new Error(what)
}

const manifest = {
  name: 'manifest',
  async run(_, report, { dir, installed }) {
    const { dependencies, peerDependencies, scripts, exports } = manifestOf(installed)
    await report.check('installs nothing else', () => {
      const others = [dependencies, peerDependencies].flatMap((list) => Object.keys(list ?? {}))
      must(others.length === 0, `it depends on ${others}`)
      must(neighbours(dir).length === 0, `npm has installed ${neighbours(dir)}, too`)
    })
    await report.check('runs no script when it is installed', () => {
      const names = ['preinstall', 'install', 'postinstall', 'prepare'].filter((n) => scripts?.[n])
      must(names.length === 0, `it has the scripts ${names}`)
    })
    await report.check('every export is a file', () => {
      const paths = (target) =>
        typeof target === 'string' ? [target] : Object.values(target).flatMap(paths)
      const lost = paths(exports).filter((path) => !existsSync(join(installed, path)))
      must(lost.length === 0, `there is no ${lost}`)
    })
    await report.check('has no top-level await', () => {
      // `require` of it runs in every fixture of Node; here all the entries are looked at.
      for (const file of ['node', 'browser', 'assets', 'edge'].map((e) => `dist/${e}/index.js`)) {
        const text = readFileSync(join(installed, file), 'utf8')
        must(!/^(?:const \S+ = )?await\b/m.test(text), `${file} waits at its top level`)
      }
    })
  },
}

const publint = {
  name: 'publint',
  packages: { publint: '0.3.25' },
  async run(place, report, { tarball }) {
    await report.check('', () =>
      place.node('publint/src/cli.js', [tarball, '--strict']).then(() => ''),
    )
  },
}

const attw = {
  name: 'attw',
  packages: { '@arethetypeswrong/cli': '0.18.5' },
  async run(place, report, { tarball }) {
    const args = [tarball, '--profile', 'esm-only', '--no-emoji', '--no-color']
    await report.check('', () =>
      place.node('@arethetypeswrong/cli/dist/index.js', args).then(() => ''),
    )
  },
}

const dom = ['ES2022', 'DOM', 'DOM.Iterable']

const settings = [
  ['bundler', { module: 'ESNext', lib: dom, types: [] }],
  ['node16', { module: 'Node16', lib: dom, types: [] }],
  ['nodenext', { module: 'NodeNext', lib: dom, types: [] }],
  ['nodenext, without the types of browsers', { module: 'NodeNext', lib: ['ES2022'] }],
]

const consumer = (setting) => ({
  compilerOptions: {
    ...setting,
    target: 'ES2022',
    strict: true,
    noEmit: true,
    exactOptionalPropertyTypes: true,
    skipLibCheck: false,
  },
  files: ['train.ts', 'uses.ts'],
})

const typescript = (version) => ({
  name: `types-${version.split('.').slice(0, 2).join('.')}`,
  packages: { typescript: version, '@types/node': '20.19.43' },
  async run(place, report) {
    await place.program('train', 'train.ts', { format: 'ts' })
    await place.program('uses', 'uses.ts', { format: 'ts' })
    for (const [label, setting] of settings) {
      const [moduleResolution] = label.split(',')
      await report.check(label, async () => {
        place.write('tsconfig.json', consumer({ types: ['node'], ...setting, moduleResolution }))
        await place.node('typescript/bin/tsc', ['-p', '.'])
      })
    }
  },
})

export const fixtures = [manifest, publint, attw, typescript('5.5.4'), typescript('7.0.2')]
