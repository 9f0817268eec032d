// Trained-looking weights for the networks that are measured in inference, the same for every subject, and
// the check that all of them computed the same function. Knows no library.
import { convnetShapes } from './convnet.mjs'
import { glorot, randomFloats } from './data.mjs'

const mlpShapes = (widths) => widths.slice(1).map((units, i) => [widths[i], units])

/** [{ kernel, shape: [...window, in, out], bias: [out] }], layer by layer, as Keras stores them. */
export function trainedWeights({ widths, convnet }) {
  const shapes = convnet ? convnetShapes(widths.at(-1)) : mlpShapes(widths)
  return shapes.map((shape, i) => ({
    kernel: glorot(shape, 20 + i),
    shape,
    bias: randomFloats(shape.at(-1), 40 + i, 0.1),
  }))
}

const tolerance = 1e-4

/** Throws unless two outputs are alike; returns their greatest difference. */
export function mustAgree(given, expected) {
  if (given.length !== expected.length)
    throw new Error(`${given.length} outputs, not ${expected.length}`)
  const worst = given.reduce((most, value, i) => Math.max(most, Math.abs(value - expected[i])), 0)
  if (!(worst <= tolerance)) throw new Error(`outputs differ from ours by ${worst}`)
  return worst
}
