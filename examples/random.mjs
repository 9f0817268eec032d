// Random numbers of the examples that generate their data: always the same for a seed.

/** Numbers in 0..1 (Park & Miller 1988). */
export const uniform = (seed) => {
  let state = seed
  return () => {
    state = (state * 48271) % 2147483647
    return state / 2147483647
  }
}

/** Numbers of the standard normal distribution (Box & Muller 1958). */
export const normal = (seed) => {
  const next = uniform(seed)
  return () => Math.sqrt(-2 * Math.log(next())) * Math.cos(2 * Math.PI * next())
}
