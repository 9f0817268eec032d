// The recipes of the guides, for the fixtures to use as a reader would: what is tested is what is written.

import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { Failure, root } from '../shell.mjs'

const sectionOf = (text, heading) =>
  text.split(/^## /m).find((section) => section.startsWith(`${heading}\n`)) ?? ''

/** The block of code with this tag in the section `heading` of a guide. */
export const recipe = (guide, heading, tag) => {
  const text = readFileSync(join(root, `docs/guides/${guide}.md`), 'utf8')
  const blocks = [...sectionOf(text, heading).matchAll(/^```(\w+)[^\n]*\n([\s\S]*?)^```$/gm)]
  const found = blocks.filter(([, name]) => name === tag)
  if (found.length === 1) return found[0][2]
  throw new Failure(`${guide}.md has ${found.length} blocks of ${tag} below '${heading}'`)
}
