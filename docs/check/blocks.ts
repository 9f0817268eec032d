// The blocks of code in the guides and on the page of errors. `ts` and `js` are programs of this
// package and must compile; `js run` must run, too. Other tags (python, tfjs …) are not looked at.

import { readdirSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

const docs = fileURLToPath(new URL('..', import.meta.url))

export interface Block {
  /** `keras-3`: the page, and which of its blocks. */
  readonly name: string
  readonly language: 'ts' | 'js'
  readonly code: string
  readonly runs: boolean
}

const unescaped = (html: string): string =>
  html.replaceAll('&lt;', '<').replaceAll('&gt;', '>').replaceAll('&amp;', '&')

const fences = /^```(ts|js)( \w+)?\n([\s\S]*?)^```$/gm
const elements = /<pre><code class="language-(ts|js)()">([\s\S]*?)<\/code><\/pre>/g

const blocksOf = (page: string, text: string, pattern: RegExp): Block[] =>
  [...text.matchAll(pattern)].map(([, language, mark, code], i) => ({
    name: `${page}-${i + 1}`,
    language: language as 'ts' | 'js',
    code: pattern === elements ? unescaped(code as string) : (code as string),
    runs: mark === ' run',
  }))

const guides = readdirSync(`${docs}guides`).map((file) => file.replace(/\.md$/, ''))

export const blocks: readonly Block[] = [
  ...guides.flatMap((page) =>
    blocksOf(page, readFileSync(`${docs}guides/${page}.md`, 'utf8'), fences),
  ),
  ...blocksOf('errors', readFileSync(`${docs}errors.html`, 'utf8'), elements),
]
