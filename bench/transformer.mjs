// A small language model in the form of GPT-2, for Gradloom: 2 blocks, d 128, 4 heads, 64 tokens, and its
// floating-point work. PyTorch's is in torch_peer.py.

export const transformerSize = { blocks: 2, width: 128, heads: 4, hidden: 512 }
const { blocks, width, heads, hidden } = transformerSize

/** Learned positions: x: [B, T, D] → x + p */
const positionsOf = ({ Layer, ops }) =>
  class Positions extends Layer {
    type = 'positions'

    build([, steps, size]) {
      const shape = [steps, size]
      this.table = this.addWeight({ name: 'table', shape, initializer: 'randomNormal' })
    }

    call(x, pass) {
      return ops.add(x, pass.read(this.table))
    }

    config() {
      return {}
    }
  }

/** tokens: [B, T] → logits: [B, T, vocabulary], each step from those before it. */
export function transformer(gradloom, steps, vocabulary) {
  const { input, layers, losses, model } = gradloom
  const Positions = positionsOf(gradloom)
  const tokens = input({ shape: [steps], dtype: 'int32' })
  let x = layers.embedding({ inputDim: vocabulary, outputDim: width }).apply(tokens)
  x = new Positions().apply(x)
  for (let block = 0; block < blocks; block++) {
    const keyDim = width / heads
    const attention = layers.multiHeadAttention({ numHeads: heads, keyDim, useCausalMask: true })
    x = layers.add().apply([x, attention.apply(layers.layerNormalization().apply(x))])
    const inner = layers.dense({ units: hidden, activation: 'relu' })
    const outer = layers.dense({ units: width })
    x = layers.add().apply([x, outer.apply(inner.apply(layers.layerNormalization().apply(x)))])
  }
  const logits = layers.dense({ units: vocabulary }).apply(layers.layerNormalization().apply(x))
  const network = model({ inputs: tokens, outputs: logits })
  const loss = losses.sparseCategoricalCrossentropy({ fromLogits: true })
  network.compile({ optimizer: 'adam', loss, metrics: ['accuracy'] })
  return network
}

/** Multiplies and adds of one training step: products of weights and, of all pairs, attention. */
export function transformerFlops(steps, vocabulary, batch) {
  const weights = blocks * (4 * width * width + 2 * width * hidden) + width * vocabulary
  const pairs = blocks * 2 * steps * width
  return 2 * batch * steps * (weights + pairs) * 3
}
