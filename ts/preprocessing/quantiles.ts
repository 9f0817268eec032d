// Boundaries of bins that hold about as many values each, from a summary of bounded size: Keras's
// algorithm for Discretization, float32 where Keras has it, so that the boundaries are the same.

/** Values in ascending order and how many each stands for. */
export interface Summary {
  readonly values: readonly number[]
  readonly weights: readonly number[]
}

/** One of each 1/epsilon-th part of the values; `undefined` without values. */
export const summarize = (
  data: Float32Array | Int32Array,
  epsilon: number,
): Summary | undefined => {
  const sorted = Float32Array.from(data).sort()
  if (sorted.length === 0) return undefined
  const step = Math.max(sorted.length * epsilon, 1)
  const values: number[] = []
  for (let i = Math.trunc(step - 1); i < sorted.length; i += Math.trunc(step)) {
    values.push(sorted[i] as number)
  }
  return { values, weights: values.map(() => Math.fround(step)) }
}

/** Both, in order, cut down to about 1/epsilon values. */
export const merge = (one: Summary, other: Summary | undefined, epsilon: number): Summary => {
  const values = [...one.values, ...(other?.values ?? [])]
  const weights = [...one.weights, ...(other?.weights ?? [])]
  const order = values
    .map((_, i) => i)
    .sort((i, j) => (values[i] as number) - (values[j] as number))
  const pick = (list: readonly number[]): number[] => order.map((i) => list[i] as number)
  return compress({ values: pick(values), weights: pick(weights) }, epsilon)
}

/** `bins` − 1 boundaries; fewer where there are fewer values. */
export const binBoundaries = (summary: Summary, bins: number): number[] =>
  compress(summary, 1 / bins).values.slice(0, -1)

const compress = (summary: Summary, epsilon: number): Summary => {
  if (summary.values.length * epsilon < 1) return summary
  let sum = 0
  const sums = summary.weights.map((weight) => {
    sum = Math.fround(sum + weight)
    return sum
  })
  const shares = sums.map((s) => Math.fround(s / sum))
  const percents = Array.from({ length: Math.ceil(1 / epsilon) }, (_, i) => epsilon + i * epsilon)
  const at = (list: readonly number[]) => percents.map((p) => interpolate(p, shares, list))
  const cumulative = at(sums)
  return {
    values: at(summary.values).map(Math.fround),
    weights: cumulative.map((c, i) => Math.fround(c - (cumulative[i - 1] ?? 0))),
  }
}

/** y at x on the line through the points (xs, ys); the ends go on level. */
const interpolate = (x: number, xs: readonly number[], ys: readonly number[]): number => {
  const right = xs.findIndex((v) => v > x)
  if (right < 0) return ys.at(-1) as number
  if (right === 0) return ys[0] as number
  const [x0, x1] = [xs[right - 1] as number, xs[right] as number]
  const [y0, y1] = [ys[right - 1] as number, ys[right] as number]
  return y0 + ((y1 - y0) / (x1 - x0)) * (x - x0)
}
