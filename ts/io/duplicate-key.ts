// Finds a key that occurs twice in one object of a JSON text, which `JSON.parse` keeps to itself.
// It does not check the syntax: the text must be valid JSON.

const QUOTE = 34
const BACKSLASH = 92

/** Index of the quote that ends the string starting at `start`. */
const stringEnd = (text: string, start: number): number => {
  let i = start + 1
  while (text.charCodeAt(i) !== QUOTE) i += text.charCodeAt(i) === BACKSLASH ? 2 : 1
  return i
}

const colonAfter = (text: string, end: number): boolean => {
  let i = end + 1
  while (' \n\r\t'.includes(text.charAt(i)) && i < text.length) i++
  return text.charAt(i) === ':'
}

/** The first key that its object already has; `undefined` if there is none. */
export const duplicateKey = (json: string): string | undefined => {
  const objects: Set<string>[] = []
  for (let i = 0; i < json.length; i++) {
    const char = json.charAt(i)
    if (char === '{') objects.push(new Set())
    else if (char === '}') objects.pop()
    else if (char === '"') {
      const end = stringEnd(json, i)
      if (colonAfter(json, end)) {
        const key = JSON.parse(json.slice(i, end + 1)) as string
        const seen = objects.at(-1)
        if (seen?.has(key)) return key
        seen?.add(key)
      }
      i = end
    }
  }
  return undefined
}
