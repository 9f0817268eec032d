// Seeded dice for the soak: Park & Miller's generator (1988).

export const diceOf = (seed) => {
  let state = (seed % 2147483646) + 1
  const next = () => {
    state = (state * 48271) % 2147483647
    return (state - 1) / 2147483646
  }
  // The first numbers of neighbouring seeds are alike.
  for (let i = 0; i < 8; i++) next()
  return {
    next,
    below: (n) => Math.floor(next() * n),
    pick: (items) => items[Math.floor(next() * items.length)],
  }
}
