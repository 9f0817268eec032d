// Stands for examples/digits/data.mjs in the gallery: the same digits, from a file of the site.

export const PIXELS = 28 * 28

const response = await fetch(new URL('digits.bin.gz', import.meta.url))
const stream = response.body.pipeThrough(new DecompressionStream('gzip'))
const bytes = new Uint8Array(await new Response(stream).arrayBuffer())

/** x: n × 784 pixels, labels: n digits, one digit after the other. */
export const loadDigits = () => {
  const n = new DataView(bytes.buffer).getUint32(0, true)
  const x = Float32Array.from(bytes.subarray(4 + n), (v) => v / 255)
  return { x, labels: Int32Array.from(bytes.subarray(4, 4 + n)) }
}
