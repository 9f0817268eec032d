// The examples as files that the page runs in a worker: bundled with what watches them, but without
// gradloom, which all of them load from one place. The digits come along as one packed file.

import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { build } from 'esbuild'
import { loadDigits } from '../../examples/digits/data.mjs'
import { root } from '../../scripts/shell.mjs'
import { codeBlock, escapeHtml } from './markdown.mjs'

const gallery = join(root, 'docs/gallery')

export const { examples } = await import('../gallery/examples.mjs')

/** n as u32, then n labels, then n × 784 pixels, one byte each; gzip. */
const digitsFile = () => {
  const { x, labels } = loadDigits()
  const bytes = new Uint8Array(4 + labels.length + x.length)
  new DataView(bytes.buffer).setUint32(0, labels.length, true)
  bytes.set(labels, 4)
  const ink = Uint8Array.from(x, (v) => Math.round(v * 255))
  bytes.set(ink, 4 + labels.length)
  return gzipSync(bytes, { level: 9 })
}

/** What the examples import, and what stands for it in the page. */
const standIns = {
  name: 'stand-ins',
  setup(hooks) {
    const instead = (filter, file) =>
      hooks.onResolve({ filter }, () => ({ path: join(gallery, file) }))
    instead(/^gradloom$/, 'watched.mjs')
    instead(/\/digits\/data\.mjs$/, 'digits-data.mjs')
    hooks.onResolve({ filter: /^\.\.\/gradloom\// }, ({ path }) => ({ path, external: true }))
  },
}

const entry = (path) => `import { run } from './watched.mjs'\nrun(() => import('${path}'))\n`

const bundle = ({ name, path }, out) =>
  build({
    stdin: { contents: entry(join(root, path)), resolveDir: gallery },
    outfile: join(out, `${name}.js`),
    bundle: true,
    format: 'esm',
    target: 'es2022',
    plugins: [standIns],
    logLevel: 'warning',
  })

/** Writes the files of the page and of all examples into `out`. */
export const bundleGallery = async (out) => {
  const page = { entryPoints: [join(gallery, 'page.js')], outfile: join(out, 'page.js') }
  await build({ ...page, bundle: true, format: 'esm', target: 'es2022' })
  for (const example of examples) await bundle(example, out)
  writeFileSync(join(out, 'digits.bin.gz'), digitsFile())
}

const quoted = (value) => escapeHtml(JSON.stringify(value)).replaceAll('"', '&quot;')

const chartOf = (value) => (value ? ` data-value="${quoted([value[0], value[1].source])}"` : '')

const pad = `<div class="pad" hidden>
<canvas width="280" height="280" aria-label="draw a digit here"></canvas>
<div><p>Draw a digit: <output></output></p>
<ol start="0" aria-label="probability of each digit">${'<li><span></span></li>'.repeat(10)}</ol>
<button type="button">Clear</button></div>
</div>
`

const section = ({
  name,
  title,
  text,
  path,
  value,
  draws,
}) => `<section class="example" data-example="${name}"${chartOf(value)}>
<h2 id="${name}"><a href="#${name}">${title}</a></h2>
<p>${text}</p>
<p class="buttons"><button type="button" class="run">Train</button>
<button type="button" class="stop" disabled>Stop</button> <span role="status"></span></p>
<canvas class="chart" hidden></canvas>
<pre class="output" tabindex="0" hidden></pre>
${draws ? pad : ''}<details><summary>The code that runs: <code>${path}</code></summary>
${codeBlock(readFileSync(join(root, path), 'utf8'), 'js')}</details>
</section>
`

export const gallerySections = () => examples.map(section).join('')
