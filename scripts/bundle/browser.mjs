// The inlined browser build in one file. What page and worker share is written once as a function
// and once as the text of the worker: alike to the letter and within the 32 kB that gzip looks
// back, so that the second copy costs next to nothing on the wire. (The worker cannot be made from
// the function's own text: bundlers that lower its syntax put parts of it elsewhere.)

import { mkdirSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { build } from 'esbuild'
import { minify } from 'terser'
import { Failure, root } from '../shell.mjs'
import { gradloomPlugin, SOURCE } from './plugin.mjs'

/** Makes what page and worker share. */
const SHARED = '__gradloomShared'

/** Page, worker and the chunk of what they share, as modules. */
const split = async () => {
  const { outputFiles } = await build({
    entryPoints: {
      index: join(root, 'ts/index.ts'),
      worker: join(root, 'ts/runtime/worker.ts'),
    },
    bundle: true,
    splitting: true,
    write: false,
    outdir: 'out',
    format: 'esm',
    platform: 'browser',
    target: 'es2022',
    minifySyntax: true,
    legalComments: 'none',
    logLevel: 'error',
    plugins: [gradloomPlugin('browser')],
  })
  const text = (pattern) => {
    const found = outputFiles.filter(({ path }) => pattern.test(path))
    if (found.length !== 1) throw new Failure(`the browser build has not one file ${pattern}.`)
    return found[0].text
  }
  return { page: text(/index\.js$/), worker: text(/worker\.js$/), chunk: text(/chunk-\w+\.js$/) }
}

const replaceOnce = (text, pattern, replacement) => {
  if (text.match(new RegExp(pattern, 'g'))?.length !== 1)
    throw new Failure(`the browser build has not one ${pattern}.`)
  return text.replace(pattern, replacement)
}

/** `import { a as b }` from the chunk → `const { a: b }` of the function's result. */
const importing = (text) =>
  replaceOnce(
    text,
    /import \{([^}]*)\} from "\.\/chunk-\w+\.js";/,
    (_, names) => `const {${names.replaceAll(' as ', ': ')}} = ${SHARED}();`,
  )

/** `export { a as b }` of the chunk → what the function returns. */
const asFunction = (text) => {
  const body = replaceOnce(text, /export \{([^}]*)\};/, (_, names) => {
    const entries = names.split(',').map((entry) => entry.trim().split(' as '))
    return `return {${entries.map(([local, name = local]) => `${name}: ${local}`)}}`
  })
  return `const ${SHARED} = () => {${body}}`
}

/** Names at the top stay where `names` are to be seen from other parts. */
const shorten = async (code, toplevel) => {
  const options = { ecma: 2022, passes: 2, unsafe_arrows: false }
  const { code: short } = await minify(code, {
    ecma: 2022,
    module: toplevel,
    compress: { ...options, toplevel },
    mangle: { toplevel },
    format: { comments: false, quote_style: 2 },
  })
  return short.replace(/;$/, '')
}

const quoted = (text) => `'${text.replace(/[\\']/g, '\\$&').replaceAll('\n', '\\n')}'`

/** Writes the build to `file`; resolves to the worker's source. */
export const bundleBrowser = async (file) => {
  const { page, worker, chunk } = await split()
  const shared = await shorten(asFunction(chunk), false)
  const script = `${shared};${await shorten(importing(worker), true)}`
  const rest = await shorten(importing(page), true)
  mkdirSync(dirname(file), { recursive: true })
  writeFileSync(file, `${shared},${SOURCE}=${quoted(script)};${rest}\n`)
  return script
}
