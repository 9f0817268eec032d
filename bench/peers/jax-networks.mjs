// The measured networks in jax-js, which has no layers: their first weights and their forward pass, in the
// form that its wasm backend runs fastest. Trains nothing.
import { convnetShapes } from '../convnet.mjs'
import { glorot, initialWeights, randomFloats } from '../data.mjs'
import { lstmSize } from '../lstm.mjs'
import { transformerSize } from '../transformer.mjs'

const filled = (size, value) => new Float32Array(size).fill(value)
const matrix = (shape, seed) => ({ shape, values: glorot(shape, seed) })
const vector = (size, value = 0) => ({ shape: [size], values: filled(size, value) })

/** x·w + b; x: [rows, in], w: [in, out], b: [out] */
const dense = (np, x, w, b) => np.matmul(x, w).add(b)

/** x: [batch, in] → logits [batch, classes] */
const mlp = ({ numpy: np, nn }, { widths }) => ({
  weights: initialWeights(widths).flatMap(({ w, b, shape }) => [
    { shape, values: w },
    { shape: [shape[1]], values: b },
  ]),
  forward(weights, x) {
    for (let i = 0; i < weights.length; i += 2) {
      x = dense(np, x, weights[i], weights[i + 1])
      if (i + 2 < weights.length) x = nn.relu(x)
    }
    return x
  },
})

/** x[batch, side, side, in] → y[batch, side - 2, side - 2, out]: a product of all patches. */
const patches = (np, x, kernel, bias) => {
  const [batch, side, , channels] = x.shape
  const size = side - 2
  const parts = []
  for (let i = 0; i < 3; i++) {
    for (let j = 0; j < 3; j++) parts.push(x.ref.slice([], [i, i + size], [j, j + size]))
  }
  x.dispose()
  const rows = np.concatenate(parts, 3).reshape([batch * size * size, 9 * channels])
  const [, , , out] = kernel.shape
  const y = dense(np, rows, kernel.reshape([9 * channels, out]), bias)
  return y.reshape([batch, size, size, out])
}

/** The same by `lax.conv`, which takes channels first. */
const laxConv = ({ numpy: np, lax }, x, kernel, bias) => {
  const y = lax.conv(np.moveaxis(x, 3, 1), np.transpose(kernel, [3, 2, 0, 1]), [1, 1], 'VALID')
  return np.moveaxis(y, 1, 3).add(bias)
}

const convnet = (jax, { widths, batch, mode }) => {
  const { numpy: np, nn } = jax
  const conv = (...given) =>
    nn.relu(mode === 'im2col' ? patches(np, ...given) : laxConv(jax, ...given))
  return {
    weights: convnetShapes(widths.at(-1)).flatMap((shape, i) => [
      matrix(shape, 10 + i),
      vector(shape.at(-1)),
    ]),
    forward([k1, c1, k2, c2, w1, b1, w2, b2], x) {
      const images = x.reshape([batch, 28, 28, 1])
      const y = conv(conv(images, k1, c1), k2, c2)
      const [, side, , channels] = y.shape
      const pairs = y.reshape([batch, side / 2, 2, side / 2, 2, channels])
      const flat = np.max(pairs, [2, 4]).reshape([batch, (side / 2) ** 2 * channels])
      return dense(np, nn.relu(dense(np, flat, w1, b1)), w2, b2)
    },
  }
}

/** x: [batch, steps·features] → logits [batch, classes]; gates i, f, g, o side by side as Keras has them. */
const lstm = ({ numpy: np, nn }, { widths, batch }) => {
  const { steps, features, units } = lstmSize
  const classes = widths.at(-1)
  const forget = vector(4 * units)
  forget.values.fill(1, units, 2 * units)
  const gate = (z, i) => z.slice([], [i * units, (i + 1) * units])
  return {
    weights: [
      matrix([features, 4 * units], 10),
      matrix([units, 4 * units], 11),
      forget,
      matrix([units, classes], 12),
      vector(classes),
    ],
    forward([wx, wh, b, w, bias], x) {
      let [h, c] = [np.zeros([batch, units]), np.zeros([batch, units])]
      // x·wx inside the loop: cut from one product of all steps it is slower, for want of a scan.
      for (let t = 0; t < steps; t++) {
        const xt = x.ref.slice([], [t * features, (t + 1) * features])
        const z = np.matmul(xt, wx.ref).add(np.matmul(h, wh.ref)).add(b.ref)
        c = nn.sigmoid(gate(z.ref, 1)).mul(c)
        c = c.add(nn.sigmoid(gate(z.ref, 0)).mul(np.tanh(gate(z.ref, 2))))
        h = nn.sigmoid(gate(z, 3)).mul(np.tanh(c.ref))
      }
      for (const done of [x, wx, wh, b, c]) done.dispose()
      return dense(np, h, w, bias)
    },
  }
}

/** The weights of a block in the order in which its forward pass takes them. */
const blockWeights = (width, hidden, seed) => [
  vector(width, 1),
  vector(width),
  matrix([width, 3 * width], seed),
  vector(3 * width),
  matrix([width, width], seed + 1),
  vector(width),
  vector(width, 1),
  vector(width),
  matrix([width, hidden], seed + 2),
  vector(hidden),
  matrix([hidden, width], seed + 3),
  vector(width),
]

/** tokens: [batch, steps] → logits [batch·steps, vocabulary] */
const transformer = ({ numpy: np, nn }, { widths, batch }) => {
  const [steps, vocabulary] = widths
  const { blocks, width, heads, hidden } = transformerSize
  const keys = width / heads
  const table = (rows, seed) => ({
    shape: [rows, width],
    values: randomFloats(rows * width, seed, 0.05),
  })

  const norm = (x, scale, shift) => nn.standardize(x, -1, { epsilon: 1e-3 }).mul(scale).add(shift)

  // `nn.dotProductAttention` needs Node 22.
  const attend = (x, qkv, qkvBias) => {
    const parts = dense(np, x, qkv, qkvBias).reshape([batch, steps, 3, heads, keys])
    const part = (i) => parts.ref.slice([], [], i)
    const [q, v] = [0, 2].map((i) => np.transpose(part(i), [0, 2, 1, 3]))
    const scores = np.matmul(q, np.transpose(part(1), [0, 2, 3, 1])).mul(1 / Math.sqrt(keys))
    parts.dispose()
    const unseen = np
      .tril(np.ones([steps, steps]))
      .sub(1)
      .mul(1e9)
    const y = np.matmul(nn.softmax(scores.add(unseen), -1), v)
    return np.transpose(y, [0, 2, 1, 3]).reshape([batch * steps, width])
  }

  const block = (x, [g1, s1, qkv, qkvBias, out, outBias, g2, s2, inner, b1, outer, b2]) => {
    const y = x.ref.add(dense(np, attend(norm(x, g1, s1), qkv, qkvBias), out, outBias))
    const raised = nn.relu(dense(np, norm(y.ref, g2, s2), inner, b1))
    return y.add(dense(np, raised, outer, b2))
  }

  return {
    weights: [
      table(vocabulary, 10),
      table(steps, 11),
      ...Array.from({ length: blocks }, (_, i) => blockWeights(width, hidden, 20 + 4 * i)).flat(),
      vector(width, 1),
      vector(width),
      matrix([width, vocabulary], 12),
      vector(vocabulary),
    ],
    forward([tokenTable, places, ...rest], tokens) {
      // A product, because `take` has no gradient under `jit`.
      const which = nn.oneHot(tokens.reshape([batch * steps]), vocabulary)
      let x = np.matmul(which, tokenTable).reshape([batch, steps, width]).add(places)
      x = x.reshape([batch * steps, width])
      for (let i = 0; i < blocks; i++) x = block(x, rest.splice(0, 12))
      const [scale, shift, w, b] = rest
      return dense(np, norm(x, scale, shift), w, b)
    },
  }
}

/** { weights: [{ shape, values }], forward(weights, x) → logits [rows, classes] } */
export function networkOf(jax, job) {
  const network = job.convnet ? convnet : job.lstm ? lstm : job.transformer ? transformer : mlp
  return network(jax, job)
}
