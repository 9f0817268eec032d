// How the index of the search is made and asked; both sides must agree. `npm run docs` makes it, the page asks.

/** Whole names, and their parts: batchNormalization is found as `batch`, too. */
const tokenize = (text) =>
  text
    .split(/[^\p{L}\p{N}_]+/u)
    .flatMap((word) => [word, ...word.split(/(?<=[a-z0-9])(?=[A-Z])/).slice(word ? 0 : 1)])
    .filter(Boolean)

/** Options of MiniSearch. `id` is the address; `where` says of what page or kind. */
export const indexOptions = {
  fields: ['title', 'where', 'text'],
  storeFields: ['title', 'where'],
  tokenize,
}

/** Who asks for a name wants what has it; otherwise the guides come first. */
const weight = (_, term, { title, where }) => {
  if (title.split('.').at(-1).toLowerCase() === term.toLowerCase()) return 6
  return where.startsWith('API') ? 1 : 2
}

/** Of its searches: beginnings of words, and one letter in four may be wrong. */
const searchOptions = {
  prefix: true,
  fuzzy: (term) => (term.length > 3 ? 0.25 : false),
  boost: { title: 4 },
  boostDocument: weight,
}

/** What has all the words, or else what has some of them. */
export const searchIn = (index, words) => {
  const all = index.search(words, { ...searchOptions, combineWith: 'AND' })
  return all.length > 0 ? all : index.search(words, searchOptions)
}
