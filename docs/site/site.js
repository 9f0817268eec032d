// The button for light, dark or as the system, the list of pages, which is folded on a phone, and the field of
// the search, whose own part is loaded when it is used.

const themes = ['os', 'light', 'dark']
const names = { os: 'as the system', light: 'light', dark: 'dark' }
const button = document.getElementById('theme')

const show = (theme) => {
  document.documentElement.dataset.theme = theme
  button.title = `Theme: ${names[theme]}`
}

let theme = localStorage.getItem('tsd-theme') ?? 'os'
show(theme)
button.addEventListener('click', () => {
  theme = themes[(themes.indexOf(theme) + 1) % themes.length]
  localStorage.setItem('tsd-theme', theme)
  show(theme)
})

const list = document.querySelector('.guides details')
const wide = matchMedia('(min-width: 50.01rem)')
const fold = () => {
  list.open = wide.matches
}
wide.addEventListener('change', fold)
fold()

const field = document.getElementById('search')
const loadSearch = () => import('./search.js')
field.addEventListener('focus', loadSearch, { once: true })
document.addEventListener('keydown', (event) => {
  if (event.key !== '/' || event.ctrlKey || event.metaKey || event.target !== document.body) return
  event.preventDefault()
  field.focus()
})
