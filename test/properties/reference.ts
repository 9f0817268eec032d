// Plain JavaScript arrays under NumPy's rules, to compare the public ops with. Slow, and written to be read.

export interface Plain {
  readonly shape: readonly number[]
  readonly data: Float32Array
}

const sizeOf = (shape: readonly number[]): number => shape.reduce((n, d) => n * d, 1)

/** The position of a flat index. */
export const positionOf = (index: number, shape: readonly number[]): number[] => {
  const position: number[] = []
  let rest = index
  for (const d of shape.toReversed()) {
    position.unshift(rest % d)
    rest = Math.floor(rest / d)
  }
  return position
}

/** The flat index of a position; axes of one take every index. */
export const indexOf = (position: readonly number[], shape: readonly number[]): number =>
  shape.reduce((index, d, axis) => index * d + (d === 1 ? 0 : (position[axis] as number)), 0)

/** The common shape of two, or undefined if there is none. */
export const broadcast = (a: readonly number[], b: readonly number[]): number[] | undefined => {
  const rank = Math.max(a.length, b.length)
  const at = (shape: readonly number[], axis: number) => shape[axis - rank + shape.length] ?? 1
  const shape: number[] = []
  for (let axis = 0; axis < rank; axis++) {
    const [m, n] = [at(a, axis), at(b, axis)]
    if (m !== n && m !== 1 && n !== 1) return undefined
    shape.push(m === 1 ? n : m)
  }
  return shape
}

const made = (shape: readonly number[], f: (position: number[]) => number): Plain => ({
  shape,
  data: Float32Array.from({ length: sizeOf(shape) }, (_, i) => f(positionOf(i, shape))),
})

/** The element that stands at `position` of a larger shape. */
const read = ({ shape, data }: Plain, position: readonly number[]): number =>
  data[indexOf(position.slice(position.length - shape.length), shape)] as number

export const binary = (
  a: Plain,
  b: Plain,
  f: (x: number, y: number) => number,
): Plain | undefined => {
  const shape = broadcast(a.shape, b.shape)
  return shape && made(shape, (at) => f(read(a, at), read(b, at)))
}

export const transpose = (x: Plain, order: readonly number[]): Plain =>
  made(
    order.map((axis) => x.shape[axis] as number),
    (at) =>
      read(
        x,
        x.shape.map((_, axis) => at[order.indexOf(axis)] as number),
      ),
  )

/** Folds the elements along one axis. */
export const reduce = (x: Plain, axis: number, f: (values: number[]) => number): Plain => {
  const shape = x.shape.filter((_, i) => i !== axis)
  const along = Array.from({ length: x.shape[axis] as number }, (_, i) => i)
  return made(shape, (at) => f(along.map((i) => read(x, at.toSpliced(axis, 0, i)))))
}

/** a: [..., m, k], b: [..., k, n] */
export const matmul = (a: Plain, b: Plain): Plain | undefined => {
  const lead = broadcast(a.shape.slice(0, -2), b.shape.slice(0, -2))
  const [m, k] = a.shape.slice(-2) as [number, number]
  const [l, n] = b.shape.slice(-2) as [number, number]
  if (!lead || k !== l) return undefined
  return made([...lead, m, n], (at) => {
    const [row, column] = at.slice(-2) as [number, number]
    const batch = at.slice(0, -2)
    let sum = 0
    for (let i = 0; i < k; i++) sum += read(a, [...batch, row, i]) * read(b, [...batch, i, column])
    return sum
  })
}

export const concatenate = (xs: readonly Plain[], axis: number): Plain => {
  const [first] = xs as [Plain]
  const sizes = xs.map(({ shape }) => shape[axis] as number)
  const shape = first.shape.with(
    axis,
    sizes.reduce((n, d) => n + d, 0),
  )
  return made(shape, (at) => {
    let i = at[axis] as number
    let which = 0
    while (i >= (sizes[which] as number)) i -= sizes[which++] as number
    return read(xs[which] as Plain, at.with(axis, i))
  })
}

export const slice = (x: Plain, starts: readonly number[], sizes: readonly number[]): Plain =>
  made(sizes, (at) =>
    read(
      x,
      at.map((i, axis) => i + (starts[axis] as number)),
    ),
  )
