// Synthetic data and starting weights, the same in every process. Knows no library.

/** Mulberry32: uniform numbers in [0, 1) from a 32-bit counter. */
export function uniform(seed) {
  let a = seed >>> 0
  return () => {
    a = (a + 0x6d2b79f5) >>> 0
    let t = Math.imul(a ^ (a >>> 15), 1 | a)
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32
  }
}

/** Uniform in [-scale, scale). */
export function randomFloats(length, seed, scale = 1) {
  const next = uniform(seed)
  return Float32Array.from({ length }, () => (next() * 2 - 1) * scale)
}

/** Centred noise, x: [rows, inputs], labelled by a random linear teacher, labels: [rows]. */
function noise({ rows, inputs, classes }) {
  const x = randomFloats(rows * inputs, 1)
  const teacher = randomFloats(inputs * classes, 2)
  const labels = Int32Array.from({ length: rows }, (_, r) =>
    bestClass(x.subarray(r * inputs, (r + 1) * inputs), teacher, classes),
  )
  return { x, labels }
}

function bestClass(row, teacher, classes) {
  let best = 0
  let bestScore = -Infinity
  for (let c = 0; c < classes; c++) {
    let score = 0
    for (let i = 0; i < row.length; i++) score += row[i] * teacher[i * classes + c]
    if (score > bestScore) [best, bestScore] = [c, score]
  }
  return best
}

/**
 * 28×28 images of three blobs whose places depend on the class, in 256 grey levels: like digits, most
 * pixels are exactly zero, many always or nearly so.
 */
function blobs({ rows, inputs, classes }) {
  const next = uniform(4)
  const places = Array.from({ length: classes * 6 }, () => 7 + next() * 14)
  const x = new Float32Array(rows * inputs)
  const labels = Int32Array.from({ length: rows }, () => Math.floor(next() * classes))
  for (let r = 0; r < rows; r++) {
    const image = x.subarray(r * inputs, (r + 1) * inputs)
    for (let blob = 0; blob < 3; blob++) {
      const at = labels[r] * 6 + blob * 2
      addBlob(image, places[at] + next() * 4 - 2, places[at + 1] + next() * 4 - 2)
    }
  }
  return { x, labels }
}

function addBlob(image, top, left) {
  for (let i = 0; i < image.length; i++) {
    const distance = (Math.floor(i / 28) - top) ** 2 + ((i % 28) - left) ** 2
    const level = Math.round(255 * Math.exp(-distance / 6)) / 255
    image[i] = Math.min(1, image[i] + level)
  }
}

/** Texts in which a token follows from the two before it, by one of two rules; labels: the next tokens. */
function tokens({ rows, inputs, classes }) {
  const next = uniform(5)
  const x = new Float32Array(rows * inputs)
  const labels = new Int32Array(rows * inputs)
  for (let r = 0; r < rows; r++) {
    const rule = next() < 0.5 ? 3 : 5
    let [a, b] = [Math.floor(next() * classes), Math.floor(next() * classes)]
    for (let i = r * inputs; i < (r + 1) * inputs; i++) {
      x[i] = b
      ;[a, b] = [b, (rule * a + b) % classes]
      labels[i] = b
    }
  }
  return { x, labels }
}

const sources = { noise, blobs, tokens }

/** x: [rows, inputs], labels: [rows], y: their one-hot [rows, classes]; of tokens, labels as x. */
export function trainingData({ widths, rows, source }) {
  const shape = { rows, inputs: widths[0], classes: widths.at(-1) }
  const { x, labels } = sources[source](shape)
  const y = new Float32Array(rows * shape.classes)
  for (let r = 0; r < rows; r++) y[r * shape.classes + labels[r]] = 1
  return { x, y, labels, ...shape }
}

/** What a subject without layers is fed: tokens and the next ones as int32, samples and one-hot labels. */
export function rawData(job) {
  const { x, y, labels, inputs, classes } = trainingData(job)
  if (job.transformer) return { x: Int32Array.from(x), y: labels, inputs, outputs: inputs }
  return { x, y, inputs, outputs: classes }
}

/** Glorot-uniform values of a weight; shape: [...window, in, out]. */
export function glorot(shape, seed) {
  const window = shape.slice(0, -2).reduce((size, n) => size * n, 1)
  const [inputs, outputs] = shape.slice(-2)
  const scale = Math.sqrt(6 / (window * (inputs + outputs)))
  return randomFloats(window * inputs * outputs, seed, scale)
}

/** Glorot-uniform weights for subjects without layers: [{ w: [in, out], b: [out] }]. */
export function initialWeights(widths) {
  return widths.slice(1).map((units, i) => ({
    w: glorot([widths[i], units], 10 + i),
    b: new Float32Array(units),
    shape: [widths[i], units],
  }))
}

/** A fresh order of the rows 0..rows-1 (Fisher-Yates). */
export function shuffledOrder(rows, next) {
  const order = Int32Array.from({ length: rows }, (_, i) => i)
  for (let i = rows - 1; i > 0; i--) {
    const j = Math.floor(next() * (i + 1))
    ;[order[i], order[j]] = [order[j], order[i]]
  }
  return order
}
