// The blocks of code in the guides and on the page of errors. `ts` and `js` are programs of this
// package and must compile; `js run` must run, too,
// and print what a block `text output` behind it says. Other tags (python, tfjs …) are not looked at.

import { readdirSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

const docs = fileURLToPath(new URL('..', import.meta.url))

export interface Block {
  /** `keras-3`: the page, and which of its blocks. */
  readonly name: string
  readonly language: 'ts' | 'js'
  readonly code: string
  readonly runs: boolean
  /** What it prints, where the page says so: the block `text output` behind it. */
  readonly output: string | undefined
}

const unescaped = (html: string): string =>
  html.replaceAll('&lt;', '<').replaceAll('&gt;', '>').replaceAll('&amp;', '&')

const fences = /^```(ts|js)( \w+)?\n([\s\S]*?)^```$/gm
const elements = /<pre><code class="language-(ts|js)()">([\s\S]*?)<\/code><\/pre>/g

const outputAfter = /\s*```text output\n([\s\S]*?)```/y

const sticky = (pattern: RegExp, text: string): RegExpExecArray | null => {
  pattern.lastIndex = 0
  return pattern.exec(text)
}

const blocksOf = (page: string, text: string, pattern: RegExp): Block[] =>
  [...text.matchAll(pattern)].map(({ 0: all, 1: language, 2: mark, 3: code, index }, i) => ({
    name: `${page}-${i + 1}`,
    language: language as 'ts' | 'js',
    code: pattern === elements ? unescaped(code as string) : (code as string),
    runs: mark === ' run',
    output: sticky(outputAfter, text.slice(index + all.length))?.[1],
  }))

const guides = readdirSync(`${docs}guides`).map((file) => file.replace(/\.md$/, ''))

export const blocks: readonly Block[] = [
  ...guides.flatMap((page) =>
    blocksOf(page, readFileSync(`${docs}guides/${page}.md`, 'utf8'), fences),
  ),
  ...blocksOf('errors', readFileSync(`${docs}errors.html`, 'utf8'), elements),
]
