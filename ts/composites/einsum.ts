// einsum: Einstein's summation, lowered to transposes, reshapes and matrix products two operands at
// a time, from left to right.

import * as ops from '../ops.ts'
import { showShape, sizeOf } from '../shape.ts'
import { shapeError, type Tensor } from './axes.ts'
import { asFloat } from './common.ts'
import { diagonal } from './create.ts'

/** A tensor and a letter for each of its axes. */
interface Named {
  readonly x: Tensor
  readonly names: string
}

const fail = (equation: string, message: string) =>
  shapeError('einsum', `'${equation}': ${message}`)

/** Names of the axes that '...' stands for; the last is the same in every operand. */
const dots = (n: number): string => '01234567'.slice(8 - n)

const named = (equation: string, term: string, x: Tensor): Named => {
  const letters = term.replace('...', '')
  const free = x.shape.length - letters.length
  if (!/^[a-zA-Z]*$/.test(letters) || (term === letters ? free !== 0 : free < 0)) {
    throw fail(equation, `'${term}' does not name the axes of shape ${showShape(x.shape)}`)
  }
  return { x: asFloat(x), names: term.replace('...', dots(free)) }
}

/** Letters that occur twice are the diagonal. */
const withoutTwins = (equation: string, { x, names }: Named): Named => {
  const twin = [...names].findIndex((name, i) => names.indexOf(name) < i)
  if (twin < 0) return { x, names }
  const [name, first] = [names[twin] as string, names.indexOf(names[twin] as string)]
  if (x.shape[first] !== x.shape[twin]) {
    throw fail(equation, `axis '${name}' has sizes ${x.shape[first]} and ${x.shape[twin]}`)
  }
  const rest = [...names].filter((_, i) => i !== first && i !== twin).join('')
  return withoutTwins(equation, { x: diagonal(x, 0, first, twin), names: rest + name })
}

/** Summed over the letters that are not kept. */
const only = ({ x, names }: Named, kept: (name: string) => boolean): Named => {
  const gone = [...names].flatMap((name, i) => (kept(name) ? [] : [i]))
  if (gone.length === 0) return { x, names }
  return { x: ops.sum(x, gone), names: [...names].filter(kept).join('') }
}

const ordered = ({ x, names }: Named, order: string): Tensor =>
  ops.transpose(
    x,
    [...order].map((name) => names.indexOf(name)),
  )

/** The names of x among a and b in either order, and whether it is the other one. */
const matrixOf = (x: Named, batch: string, rows: string, cols: string, sizes: number[]) => {
  const turned = x.names === batch + cols + rows
  const y = turned ? x.x : ordered(x, batch + rows + cols)
  const [b, m, n] = sizes as [number, number, number]
  return { matrix: ops.reshape(y, [...(batch ? [b] : []), ...(turned ? [n, m] : [m, n])]), turned }
}

/** The product of two operands; letters that are not `needed` later are summed over. */
const contracted = (a: Named, b: Named, needed: string): Named => {
  const p = only(a, (name) => b.names.includes(name) || needed.includes(name))
  const q = only(b, (name) => a.names.includes(name) || needed.includes(name))
  const among = (x: Named, is: (name: string) => boolean) => [...x.names].filter(is).join('')
  const shared = (name: string) => q.names.includes(name)
  const batch = among(p, (name) => shared(name) && needed.includes(name))
  const inner = among(p, (name) => shared(name) && !needed.includes(name))
  const rows = among(p, (name) => !shared(name))
  const cols = among(q, (name) => !p.names.includes(name))
  const size = ({ x, names }: Named, letters: string) =>
    sizeOf([...letters].map((name) => x.shape[names.indexOf(name)] as number))
  const [n, m, k, c] = [size(p, batch), size(p, rows), size(p, inner), size(q, cols)]
  const shape = [...batch, ...rows].map((name) => p.x.shape[p.names.indexOf(name)] as number)
  const rest = [...cols].map((name) => q.x.shape[q.names.indexOf(name)] as number)
  const names = batch + rows + cols
  if (inner === '') {
    const [x, y] = [ordered(p, batch + rows), ordered(q, batch + cols)]
    const each = ops.mul(ops.reshape(x, [n, m, 1]), ops.reshape(y, [n, 1, c]))
    return { x: ops.reshape(each, [...shape, ...rest]), names }
  }
  const left = matrixOf(p, batch, rows, inner, [n, m, k])
  const right = matrixOf(q, batch, inner, cols, [n, k, c])
  const product = ops.matmul(left.matrix, right.matrix, left.turned, right.turned)
  return { x: ops.reshape(product, [...shape, ...rest]), names }
}

/** Operands whose axes of one letter have one size: those of size 1 are repeated. */
const sameSizes = (equation: string, operands: readonly Named[]): Named[] => {
  const sizes = new Map<string, number>()
  for (const { x, names } of operands) {
    ;[...names].forEach((name, i) => {
      const [known, d] = [sizes.get(name) ?? 1, x.shape[i] as number]
      if (known !== 1 && d !== 1 && d !== known) {
        throw fail(equation, `axis '${name}' has sizes ${known} and ${d}`)
      }
      sizes.set(name, d === 1 ? known : d)
    })
  }
  return operands.map(({ x, names }) => ({
    x: ops.broadcastTo(
      x,
      [...names].map((name) => sizes.get(name) as number),
    ),
    names,
  }))
}

/** The output that NumPy takes where none is written: '...', then what occurs once, sorted. */
const implied = (terms: readonly string[]): string => {
  const all = terms.join('').replaceAll('...', '')
  const once = [...new Set(all)]
    .filter((name) => all.split(name).length === 2)
    .sort()
    .join('')
  return terms.some((term) => term.includes('...')) ? `...${once}` : once
}

/**
 * Sums of products in Einstein's notation: `einsum('bij,bjk->bik', a, b)`; '...' are axes that
 * broadcast. Without '->' the result has the letters that occur once, in their order.
 */
export const einsum = (equation: string, ...operands: readonly Tensor[]): Tensor => {
  const [given = '', result] = equation.replaceAll(' ', '').split('->')
  const terms = given.split(',')
  if (terms.length !== operands.length || operands.length === 0) {
    throw fail(equation, `names ${terms.length} operands, not ${operands.length}`)
  }
  const parts = operands.map((x, i) =>
    withoutTwins(equation, named(equation, terms[i] as string, x)),
  )
  const most = Math.max(
    ...operands.map((x, i) =>
      terms[i]?.includes('...') ? x.shape.length - (terms[i] as string).length + 3 : 0,
    ),
  )
  const output = (result ?? implied(terms)).replace('...', dots(most))
  const names = parts.map((p) => p.names).join('')
  if ([...output].some((name, i) => !names.includes(name) || output.indexOf(name) < i)) {
    throw fail(equation, `the result '${output}' needs letters of the operands, each once`)
  }
  const [first, ...rest] = sameSizes(equation, parts)
  const total = rest.reduce((sum, next, i) => {
    const later = rest.slice(i + 1).map((p) => p.names)
    return contracted(sum, next, output + later.join(''))
  }, first as Named)
  const left = only(total, (name) => output.includes(name))
  return ordered(left, output)
}
