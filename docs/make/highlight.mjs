// Colours code at build time (the grammars of TypeDoc's highlighter). A colour is a class with a value
// for light and one for dark; the page needs no script.

import {
  bundledLanguages,
  bundledThemes,
  codeToTokensWithThemes,
  createOnigurumaEngine,
  createShikiInternal,
  loadBuiltinWasm,
} from '@gerrit0/mini-shiki'

const themes = { light: 'github-light', dark: 'github-dark' }
const languages = ['js', 'ts', 'html', 'json', 'python', 'shellscript', 'nginx', 'toml', 'diff']
/** Tags of blocks that are shown like another language. */
const shownAs = { sh: 'shellscript', tfjs: 'js', text: undefined }

export const escapeHtml = (text) =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;')

const colours = new Map()

const classOf = ({ light, dark }) => {
  const value = `light-dark(${light.color}, ${dark.color})`
  if (!colours.has(value)) colours.set(value, `c${colours.size}`)
  return colours.get(value)
}

/** The rules of the classes that were used so far. */
export const colourRules = () =>
  [...colours].map(([value, name]) => `.${name} { color: ${value}; }`).join('\n')

await loadBuiltinWasm()
const shiki = await createShikiInternal({
  engine: createOnigurumaEngine(),
  themes: Object.values(themes).map((name) => bundledThemes[name]),
  langs: languages.map((name) => bundledLanguages[name]),
})

const span = ({ content, variants }) =>
  `<span class="${classOf(variants)}">${escapeHtml(content)}</span>`

/** `code` as HTML; a language that is not known stays plain. */
export const highlight = (code, tag = '') => {
  const lang = tag in shownAs ? shownAs[tag] : tag
  if (!languages.includes(lang)) return escapeHtml(code)
  const lines = codeToTokensWithThemes(shiki, code, { lang, themes })
  return lines.map((line) => line.map(span).join('')).join('\n')
}
