// Finds functions and their lengths in Rust and TypeScript by matching braces, after blanking
// comments and literals. Good enough for a budget; not a parser.

const blanks = (text) => text.replace(/[^\n]/g, ' ')

const comments = [/\/\/[^\n]*/, /\/\*[\s\S]*?\*\//]
const rustRaw = /r(#*)"[\s\S]*?"\1/
const rustString = /b?"(?:\\[\s\S]|[^"\\])*"/
const rustChar = /b?'(?:\\[^\n]{1,8}|[^'\\\n])'/
const quoted = [/'(?:\\.|[^'\\\n])*'/, /"(?:\\.|[^"\\\n])*"/, /`(?:\\[\s\S]|[^`\\])*`/]

const either = (...patterns) => new RegExp(patterns.map(({ source }) => source).join('|'), 'g')

const literals = {
  rs: either(...comments, rustRaw, rustString, rustChar),
  ts: either(...comments, ...quoted),
}

/** The source with comments, strings and characters blanked; line numbers stay. */
const bare = (text, language) => text.replace(literals[language], blanks)

const control = /\b(?:if|for|while|switch|catch|with)\s*$/

/** The index of the parenthesis that opens what `close` closes. */
const opening = (text, close) => {
  let depth = 0
  for (let at = close; at >= 0; at--) {
    if (text[at] === ')') depth++
    if (text[at] === '(' && --depth === 0) return at
  }
  return -1
}

/** Where the function whose body opens at `brace` begins, or -1: `(…) => {`, `name(…): T {`. */
const tsStart = (text, brace) => {
  const head = text.slice(Math.max(0, brace - 300), brace)
  const end = /\)(?:\s*:\s*[^;{}()=]+(?:\([^()]*\))?[^;{}()=]*)?\s*(?:=>)?\s*$/.exec(head)
  if (!end) return /=>\s*$/.test(head) ? brace : -1
  const open = opening(text, brace - head.length + end.index)
  return open < 0 || control.test(text.slice(Math.max(0, open - 20), open)) ? -1 : open
}

const rustStart = (text, brace) => {
  const start = text.lastIndexOf('fn ', brace)
  if (start < 0) return -1
  const between = text.slice(start, brace).replace(/\[[^\]]*\]/g, '')
  return /^fn \w/.test(between) && !/[;{}]/.test(between) ? start : -1
}

const starts = { rs: rustStart, ts: tsStart }

/** `{ line, lines }` of every function with a body, in the order in which they end. */
export const functionsOf = (source, language) => {
  const text = bare(source, language)
  const open = []
  const found = []
  let line = 1
  for (let at = 0; at < text.length; at++) {
    if (text[at] === '\n') line++
    if (text[at] === '{') {
      const start = starts[language](text, at)
      open.push(start < 0 ? -1 : line - text.slice(start, at).split('\n').length + 1)
    } else if (text[at] === '}') {
      const first = open.pop() ?? -1
      if (first > 0) found.push({ line: first, lines: line - first + 1 })
    }
  }
  return found
}
