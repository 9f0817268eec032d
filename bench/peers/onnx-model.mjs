// Writes the measured networks as ONNX models, in the form in which onnxruntime is fastest: shapes fixed,
// channels first, `Gemm` for dense layers. Runs nothing.
import { fileURLToPath } from 'node:url'
import protobuf from 'protobufjs'
import { trainedWeights } from '../inference.mjs'

const schema = fileURLToPath(new URL('./onnx.proto', import.meta.url))
const float = 1

const tensor = (name, dims, values) => ({
  name,
  dims,
  dataType: float,
  rawData: new Uint8Array(values.buffer),
})
const value = (name, dims) => {
  const shape = { dim: dims.map((dimValue) => ({ dimValue })) }
  return { name, type: { tensorType: { elemType: float, shape } } }
}
const ints = (name, list) => ({ name, ints: list, type: 7 })

/** to[i, j, …] = from[…] with the axes in another order; `order[i]`: the axis that becomes the i-th. */
function transposed(from, shape, order) {
  const strides = shape.map((_, i) => shape.slice(i + 1).reduce((a, b) => a * b, 1))
  const to = new Float32Array(from.length)
  const sizes = order.map((axis) => shape[axis])
  for (let at = 0; at < to.length; at++) {
    let rest = at
    let source = 0
    for (let i = order.length - 1; i >= 0; i--) {
      source += (rest % sizes[i]) * strides[order[i]]
      rest = Math.floor(rest / sizes[i])
    }
    to[at] = from[source]
  }
  return to
}

/** Nodes in a row, each from the output of the one before; `weights` become initializers. */
class Chain {
  nodes = []
  initializers = []
  last = 'x'

  add(opType, { weights = [], attribute = [] } = {}) {
    const output = `${opType} ${this.nodes.length}`
    this.nodes.push({
      opType,
      input: [this.last, ...weights.map(({ name }) => name)],
      output: [output],
      attribute,
    })
    this.initializers.push(...weights)
    this.last = output
  }

  bytes(inputShape, outputShape) {
    this.nodes.at(-1).output = ['y']
    const graph = {
      name: 'network',
      node: this.nodes,
      initializer: this.initializers,
      input: [value('x', inputShape)],
      output: [value('y', outputShape)],
    }
    const opsetImport = [{ domain: '', version: 17 }]
    const Model = protobuf.loadSync(schema).lookupType('onnx.ModelProto')
    return Model.encode({ irVersion: 8, producerName: 'bench', graph, opsetImport }).finish()
  }
}

/** x·kernel + bias; kernel: [in, out] */
const dense = (chain, { kernel, shape, bias }, i) =>
  chain.add('Gemm', {
    weights: [tensor(`kernel ${i}`, shape, kernel), tensor(`bias ${i}`, [shape[1]], bias)],
  })

/** kernel: [3, 3, in, out], stored [out, in, 3, 3] */
function conv(chain, { kernel, shape, bias }, i) {
  const order = [3, 2, 0, 1]
  const dims = order.map((axis) => shape[axis])
  chain.add('Conv', {
    weights: [
      tensor(`kernel ${i}`, dims, transposed(kernel, shape, order)),
      tensor(`bias ${i}`, [dims[0]], bias),
    ],
    attribute: [ints('kernel_shape', dims.slice(2))],
  })
}

/** The rows of a kernel behind `Flatten`, from the order [h, w, c] of Keras's to [c, h, w]. */
function behindFlatten({ kernel, shape: [flat, units], bias }, channels) {
  const side = Math.sqrt(flat / channels)
  const kernelOfImage = transposed(kernel, [side, side, channels, units], [2, 0, 1, 3])
  return { kernel: kernelOfImage, shape: [flat, units], bias }
}

function mlp(chain, weights) {
  weights.forEach((layer, i) => {
    dense(chain, layer, i)
    if (i < weights.length - 1) chain.add('Relu')
  })
}

function convnet(chain, [first, second, hidden, last]) {
  conv(chain, first, 0)
  chain.add('Relu')
  conv(chain, second, 1)
  chain.add('Relu')
  chain.add('MaxPool', { attribute: [ints('kernel_shape', [2, 2]), ints('strides', [2, 2])] })
  chain.add('Flatten')
  dense(chain, behindFlatten(hidden, second.shape.at(-1)), 2)
  chain.add('Relu')
  dense(chain, last, 3)
}

/** { bytes: the model, inputShape }; it takes `x` and gives `y`: [batch, classes]. */
export function onnxModel(job) {
  const { widths, batch } = job
  const chain = new Chain()
  ;(job.convnet ? convnet : mlp)(chain, trainedWeights(job))
  chain.add('Softmax')
  const inputShape = job.convnet ? [batch, 1, 28, 28] : [batch, widths[0]]
  return { bytes: chain.bytes(inputShape, [batch, widths.at(-1)]), inputShape }
}
