// Strings that choose something (a layer, a loss, an activation): the check, and the nearest known
// name when there is none. It knows no names itself.

import { GradloomError } from './errors.ts'

/** `mean_squared_error`, `MeanSquaredError` and `meanSquaredError` compare as equal. */
const plain = (name: string): string => name.toLowerCase().replace(/[^a-z0-9]/g, '')

/**
 * Insertions, deletions, substitutions and swaps of neighbours that turn `a` into `b`: the
 * optimal-string-alignment distance (Damerau 1964, the restricted form).
 */
export const editDistance = (a: string, b: string): number => {
  let before: number[] = []
  let above = Array.from({ length: b.length + 1 }, (_, j) => j)
  for (let i = 1; i <= a.length; i++) {
    const row = [i]
    for (let j = 1; j <= b.length; j++) {
      const same = a[i - 1] === b[j - 1]
      let cost = Math.min(
        (above[j] as number) + 1,
        (row[j - 1] as number) + 1,
        (above[j - 1] as number) + (same ? 0 : 1),
      )
      const swapped = i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]
      if (swapped) cost = Math.min(cost, (before[j - 2] as number) + 1)
      row.push(cost)
    }
    before = above
    above = row
  }
  return above[b.length] as number
}

/** The known name that `name` was most likely meant to be; `undefined` when none is near. */
export const nearestName = (name: string, known: readonly string[]): string | undefined => {
  const limit = Math.max(2, Math.floor(plain(name).length / 3))
  let best: string | undefined
  let least = limit + 1
  for (const candidate of known) {
    const distance = editDistance(plain(name), plain(candidate))
    if (distance < least) {
      least = distance
      best = candidate
    }
  }
  return best
}

/** The error for a name that is not known, with the nearest known one. `kind`: "loss", "layer" … */
export const unknownName = (
  kind: string,
  given: unknown,
  known: readonly string[],
): GradloomError => {
  const name = String(given)
  const near = nearestName(name, known)
  const hint = near === undefined ? '' : ` Did you mean '${near}'?`
  const message = `There is no ${kind} named '${name}'.${hint} Known: ${known.join(', ')}.`
  return new GradloomError('unknown-name', message, { subject: name })
}

/** `table[name]`, or an `unknown-name` error. */
export const choose = <T>(kind: string, name: string, table: Readonly<Record<string, T>>): T => {
  if (Object.hasOwn(table, name)) return table[name] as T
  throw unknownName(kind, name, Object.keys(table))
}
