// Guides in Markdown to HTML: headings get anchors, code gets colours, examples of the gallery get
// their buttons. Blocks of code for the checks are found by the same rules (docs/check).

import MarkdownIt from 'markdown-it'
import { escapeHtml, highlight } from './highlight.mjs'

const slug = (text) =>
  text
    .toLowerCase()
    .replace(/<[^>]+>|[`'’?()]/g, '')
    .replace(/[^\p{L}\p{N}]+/gu, '-')
    .replace(/^-|-$/g, '')

const markdown = new MarkdownIt({ html: true, typographer: false })

const label = { tfjs: 'TensorFlow.js', python: 'Keras', js: 'Gradloom', ts: 'Gradloom' }

const code = (text, tag) => {
  const name = tag && tag !== 'text' ? ` data-language="${label[tag] ?? tag}"` : ''
  return `<pre${name} tabindex="0"><code>${highlight(text.trimEnd(), tag)}</code></pre>\n`
}

markdown.renderer.rules.fence = (tokens, i) => code(tokens[i].content, tokens[i].info.split(' ')[0])
markdown.renderer.rules.table_open = () => '<div class="table"><table>\n'
markdown.renderer.rules.table_close = () => '</table></div>\n'

markdown.renderer.rules.heading_open = (tokens, i) => {
  const id = slug(tokens[i + 1].content)
  return `<${tokens[i].tag} id="${id}"><a href="#${id}">`
}
markdown.renderer.rules.heading_close = (tokens, i) => `</a></${tokens[i].tag}>\n`

/** Guides link to each other's files, so that the links hold in the repository too. */
markdown.renderer.rules.link_open = (tokens, i, options, _, self) => {
  const href = tokens[i].attrGet('href')
  if (!href.includes(':')) tokens[i].attrSet('href', href.replace(/\.md(?=#|$)/, '.html'))
  return self.renderToken(tokens, i, options)
}

/** The first heading is the title. */
export const render = (text) => {
  const [, title = 'Gradloom'] = /^# (.*)$/m.exec(text) ?? []
  return { title, body: markdown.render(text) }
}

const unescaped = (html) =>
  html.replaceAll('&lt;', '<').replaceAll('&gt;', '>').replaceAll('&amp;', '&')

const block = /<pre><code class="language-(\w+)">([\s\S]*?)<\/code><\/pre>/g

/** The content of a page that stands in the tree as HTML, in the frame of the site. */
export const renderHtml = (html) => {
  const [, title] = /<title>Gradloom: (.*)<\/title>/.exec(html)
  const [, main] = /<main>([\s\S]*)<\/main>/.exec(html)
  const body = main.replace(block, (_, tag, text) => code(unescaped(text), tag))
  return { title: title[0].toUpperCase() + title.slice(1), body }
}

export { code as codeBlock, escapeHtml }
