// The search of the site: asks the index that was made with the pages, and shows what it finds below the
// field. Loaded when the field is first used; knows nothing of how the pages are made.

import MiniSearch from 'minisearch'
import { indexOptions, searchIn } from './search-index.js'

const SHOWN = 12

const field = document.getElementById('search')
const list = document.getElementById('found')

const load = async () => {
  const response = await fetch('search.json')
  return MiniSearch.loadJSON(await response.text(), indexOptions)
}

const index = await load()

const element = (name, text, more = {}) =>
  Object.assign(document.createElement(name), { textContent: text, ...more })

const row = ({ id, title, where }, i) => {
  const link = element('a', title, { href: id, tabIndex: -1 })
  link.append(element('small', where))
  const item = element('li', '', { id: `found-${i}`, role: 'option' })
  item.append(link)
  return item
}

let chosen = -1

const choose = (i) => {
  const rows = [...list.querySelectorAll('[role=option]')]
  chosen = rows.length === 0 ? -1 : (i + rows.length) % rows.length
  for (const [n, item] of rows.entries()) item.ariaSelected = String(n === chosen)
  rows[chosen]?.scrollIntoView({ block: 'nearest' })
  field.setAttribute('aria-activedescendant', rows[chosen]?.id ?? '')
}

const show = (isShown) => {
  list.hidden = !isShown
  field.ariaExpanded = String(isShown)
}

const search = () => {
  const words = field.value.trim()
  const results = words ? searchIn(index, words).slice(0, SHOWN) : []
  const nothing = element('li', `Nothing is called ‘${words}’ here.`, { className: 'none' })
  list.replaceChildren(...(results.length > 0 ? results.map(row) : [nothing]))
  choose(0)
  show(words !== '')
}

const keys = {
  ArrowDown: () => choose(chosen + 1),
  ArrowUp: () => choose(chosen - 1),
  Enter: () => list.querySelector('[aria-selected=true] a')?.click(),
  Escape: () => {
    show(false)
    field.blur()
  },
}

field.addEventListener('input', search)
field.addEventListener('focus', () => show(field.value.trim() !== '' && list.childElementCount > 0))
field.addEventListener('keydown', (event) => {
  if (!(event.key in keys)) return
  event.preventDefault()
  keys[event.key]()
})
list.addEventListener('click', () => show(false))
document.addEventListener('pointerdown', ({ target }) => {
  if (!target.closest('.search')) show(false)
})
search()
