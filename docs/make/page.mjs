// The frame of a page: head, bar, list of pages. It knows the order of the guides, not their content.

import { createHash } from 'node:crypto'
import { escapeHtml } from './highlight.mjs'

/** Every page: its file, its name in the list. A group has a heading. */
export const groups = [
  {
    name: 'Start',
    pages: [
      ['index', 'Overview'],
      ['node', 'Node'],
      ['browser', 'Browser'],
      ['worker', 'Your own worker'],
      ['templates', 'Templates'],
    ],
  },
  { name: 'Try', pages: [['gallery', 'Gallery']] },
  {
    name: 'Coming from',
    pages: [
      ['keras', 'Keras'],
      ['tensorflowjs', 'TensorFlow.js'],
    ],
  },
  {
    name: 'Run it',
    pages: [
      ['hosting', 'Headers and hosts'],
      ['csp', 'Content security policy'],
      ['threads', 'Memory and threads'],
      ['cost', 'Compute and time'],
      ['errors', 'Errors'],
    ],
  },
]

export const guides = groups.flatMap(({ pages }) => pages.map(([file]) => file))

const linkOf =
  (current) =>
  ([file, name]) => {
    const mark = file === current ? ' aria-current="page"' : ''
    return `<li><a href="${file}.html"${mark}>${name}</a></li>`
  }

const list = (current) =>
  groups
    .map(({ name, pages }) => `<h2>${name}</h2><ul>${pages.map(linkOf(current)).join('')}</ul>`)
    .join('')

/** Before anything is drawn, so that a chosen theme does not flash. TypeDoc keeps it under that name. */
const theme = `const t = localStorage.getItem('tsd-theme'); if (t) document.documentElement.dataset.theme = t`

const themeHash = createHash('sha256').update(theme).digest('base64')

/** The examples start workers of their own, and these the blob workers of gradloom. */
const policy =
  `default-src 'self'; script-src 'self' 'wasm-unsafe-eval' 'sha256-${themeHash}'; ` +
  "worker-src 'self' blob:; base-uri 'none'; form-action 'none'"

const search = `<div class="search">
<input id="search" type="search" placeholder="Search" aria-label="search guides and API" role="combobox"
aria-expanded="false" aria-controls="found" aria-autocomplete="list" autocomplete="off" spellcheck="false">
<ul id="found" role="listbox" aria-label="found" hidden></ul>
</div>`

/** `body` is HTML; `scripts` are modules of the page. */
export const page = ({ file, title, body, scripts = [] }) => `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escapeHtml(title)} · Gradloom</title>
<link rel="icon" href="icon.svg" type="image/svg+xml">
<link rel="stylesheet" href="site.css">
<script>${theme}</script>
<script type="module" src="site.js"></script>
${scripts.map((src) => `<script type="module" src="${src}"></script>`).join('\n')}
</head>
<body>
<a class="skip" href="#content">To the text</a>
<header>
<a class="brand" href="index.html"><img src="icon.svg" alt="" width="24" height="24">Gradloom</a>
${search}
<nav aria-label="site"><a href="gallery.html">Gallery</a><a href="api/index.html">API</a></nav>
<button id="theme" type="button" aria-label="light, dark or as the system">◐</button>
</header>
<div class="columns">
<nav class="guides" aria-label="guides"><details><summary>Pages</summary><div>${list(file)}</div></details></nav>
<main id="content">
${body}
</main>
</div>
</body>
</html>
`
