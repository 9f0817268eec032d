// What is measured: the networks and the products, and their floating-point work.
import { convnetFlops } from './convnet.mjs'
import { lstmFlops } from './lstm.mjs'
import { transformerFlops } from './transformer.mjs'

const mlp = [784, 128, 64, 10]

export const networks = {
  tutorial: { widths: mlp, rows: 4096, source: 'noise' },
  // The same network late in training on images that are mostly zeros: weights whose gradient is
  // long zero leave subnormal numbers in Adam's moments, which cost processors dearly.
  'late digits': { widths: mlp, rows: 2048, source: 'blobs', stepsBefore: 2000 },
  // widths: only those of the input and of the output.
  convnet: { widths: [784, 10], convnet: true, rows: 512, source: 'blobs' },
  lstm: { widths: [1600, 10], lstm: true, rows: 1024, source: 'noise' },
  // widths: tokens of a sample, and of the vocabulary.
  transformer: { widths: [64, 96], transformer: true, rows: 256, source: 'tokens' },
  tiny: { widths: [24, 16, 3], rows: 4096, source: 'noise' },
}

export const forms = [
  { form: 'AB', ta: false, tb: false },
  { form: 'AtB', ta: true, tb: false },
  { form: 'ABt', ta: false, tb: true },
  { form: 'AtBt', ta: true, tb: true },
]

/** Multiplies and adds of a forward pass through layers in a row, layer by layer. */
function layerFlops({ widths, batch, convnet }) {
  if (convnet) return convnetFlops(widths.at(-1), batch)
  return widths.slice(1).map((units, i) => 2 * batch * widths[i] * units)
}

/** Multiplies and adds of one training step; the first layer needs no gradient of its input. */
export function stepFlops(job) {
  const { widths, batch, lstm, transformer } = job
  if (transformer) return transformerFlops(...widths, batch)
  if (lstm) return lstmFlops(widths.at(-1), batch)
  return layerFlops(job).reduce((sum, flops, i) => sum + flops * (i === 0 ? 2 : 3), 0)
}

export const predictFlops = (job) => layerFlops(job).reduce((sum, flops) => sum + flops)

export const gemmFlops = ({ size, batch }) => 2 * size ** 3 * batch
