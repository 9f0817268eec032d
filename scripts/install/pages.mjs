// The two pages that every fixture for browsers has: `index` takes `gradloom`, `assets` takes
// `gradloom/assets`. Each trains when it is opened.

import { cpSync } from 'node:fs'
import { join } from 'node:path'
import { printing } from './programs.mjs'

const tags = {
  module: (file) => `<script type="module" src="./${file}"></script>`,
  classic: (file) => `<script defer src="./${file}"></script>`,
}

/** A page that runs one script. */
export const html = (file, kind = 'module') =>
  `<!doctype html><html lang="en"><title>Trains</title>${tags[kind](file)}</html>\n`

/** Writes `index.js` and `assets.js` below `dir`; `from` gives the two names of the package. */
export const writeScripts = async (
  place,
  { dir = '.', from = ['gradloom', 'gradloom/assets'] } = {},
) => {
  for (const [i, page] of ['index', 'assets'].entries()) {
    await place.program('train', `${dir}/${page}-train.js`, { from: from[i] })
    place.write(`${dir}/${page}.js`, printing('import', `./${page}-train.js`))
  }
}

/** Writes `index.html` and `assets.html` below `dir`, for scripts of these names. */
export const writePages = (place, { dir = '.', kind = 'module', extension = 'js' } = {}) => {
  for (const page of ['index', 'assets'])
    place.write(`${dir}/${page}.html`, html(`${page}.${extension}`, kind))
}

/** Both pages below `dir` without a bundler, with the package's files from `base`. Gives the path. */
export const writeSite = async (place, base, dir = 'site') => {
  const from = ['browser', 'assets'].map((entry) => `${base}/${entry}/index.js`)
  await writeScripts(place, { dir, from })
  writePages(place, { dir })
  return join(place.app, dir)
}

/** The same with the package's files beside the pages. */
export const writePlainSite = async (place, dir = 'site') => {
  const site = await writeSite(place, './dist', dir)
  cpSync(join(place.app, 'node_modules/gradloom/dist'), join(site, 'dist'), { recursive: true })
  return site
}
