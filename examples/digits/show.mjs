// Draws what a terminal can show of a classifier: a confusion matrix and images.

const SHADES = ' .:-=+*#%@'

/** counts[t][p]: how often digit t was taken for p. */
export const confusion = (labels, predicted) => {
  const counts = Array.from({ length: 10 }, () => new Array(10).fill(0))
  labels.forEach((t, i) => {
    counts[t][predicted[i]] += 1
  })
  return counts
}

export const showConfusion = (counts) => {
  const cell = (n) => String(n === 0 ? '·' : n).padStart(5)
  const head = `  true\\as${counts.map((_, d) => String(d).padStart(5)).join('')}`
  return [
    head,
    ...counts.map((row, t) => `${String(t).padStart(9)}${row.map(cell).join('')}`),
  ].join('\n')
}

/** One image as 14 lines of text, two pixel rows a line. */
const drawing = (image) =>
  Array.from({ length: 14 }, (_, y) =>
    Array.from({ length: 28 }, (_, x) => {
      const ink = (image[2 * y * 28 + x] + image[(2 * y + 1) * 28 + x]) / 2
      return SHADES[Math.min(9, Math.floor(ink * 10))]
    }).join(''),
  )

/** Images side by side under their captions. */
export const showImages = (items) => {
  const drawings = items.map(({ image }) => drawing(image))
  const captions = items.map(({ caption }) => caption.padEnd(28)).join('  ')
  const lines = drawings[0]?.map((_, y) => drawings.map((d) => d[y]).join('  ')) ?? []
  return [captions, ...lines].join('\n')
}
