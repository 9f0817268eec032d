// Training runs whose weights must be the same bits everywhere: dropout, shuffling, a batch that does not
// divide the data, a schedule, and every kind of function that could differ between engines; the same over
// time, with masks. It takes the library as an argument, so that Node, another Node and a browser run the
// same lines.

const SAMPLES = 150
const FEATURES = 64
const CLASSES = 5

/** Whole numbers that every engine computes alike: Park & Miller's generator (1988). */
const generator = (seed) => {
  let state = seed
  return () => {
    state = (state * 48271) % 2147483647
    return state
  }
}

const data = ({ tensor }, network) => {
  const next = generator(2026)
  const x = Float32Array.from({ length: SAMPLES * FEATURES }, () => (next() % 2001) / 1000 - 1)
  const y = Int32Array.from({ length: SAMPLES }, (_, i) => {
    const row = x.subarray(i * FEATURES, i * FEATURES + CLASSES)
    return row.indexOf(Math.max(...row))
  })
  if (network === 'recurrent') {
    for (let at = 8; at + 4 <= x.length; at += 12) x.fill(0, at, at + (at % 5 === 0 ? 4 : 0))
  }
  return { x: tensor(x, [SAMPLES, FEATURES]), y: tensor(y) }
}

/** 16 steps of 4 features; some steps are padding. */
const recurrent = ({ layers }) => [
  layers.reshape({ targetShape: [16, 4], inputShape: [FEATURES] }),
  layers.masking({ maskValue: 0 }),
  layers.bidirectional({ layer: layers.gru({ units: 20, returnSequences: true }) }),
  layers.lstm({ units: 33, returnSequences: true, dropout: 0.1, recurrentDropout: 0.2 }),
  layers.simpleRNN({ units: 19, kernelInitializer: 'heNormal' }),
  layers.dense({ units: CLASSES, activation: 'softmax' }),
]

const dense = ({ layers }) => {
  const activations = ['gelu', 'tanh', 'sigmoid', 'elu', 'softplus', 'silu', 'leakyRelu', 'relu']
  return [
    layers.dense({
      units: 256,
      activation: 'gelu',
      kernelInitializer: 'heNormal',
      inputShape: [FEATURES],
    }),
    layers.dropout({ rate: 0.25 }),
    ...activations.map((activation) => layers.dense({ units: 96, activation })),
    layers.dropout({ rate: 0.1 }),
    layers.dense({ units: CLASSES, activation: 'softmax' }),
  ]
}

/** Attention, fused and with dropout on its weights, and every kind of normalization. */
const attention = ({ layers }) => [
  layers.reshape({ targetShape: [16, 4], inputShape: [FEATURES] }),
  layers.einsumDense({ equation: 'abc,cd->abd', outputShape: [16, 24], biasAxes: 'd' }),
  layers.multiHeadAttention({ numHeads: 3, keyDim: 8, useCausalMask: true }),
  layers.layerNormalization(),
  layers.groupQueryAttention({ headDim: 5, numQueryHeads: 4, numKeyValueHeads: 2, dropout: 0.1 }),
  layers.batchNormalization({ momentum: 0.9 }),
  layers.spatialDropout1d({ rate: 0.1 }),
  layers.groupNormalization({ groups: 4 }),
  layers.gaussianDropout({ rate: 0.1 }),
  layers.rmsNormalization(),
  layers.flatten(),
  layers.dense({ units: CLASSES, activation: 'softmax' }),
]

/** Windows of every kind over 8×8 images, with batch normalization and dropout between them. */
const convnet = ({ layers }) => [
  layers.reshape({ targetShape: [8, 8, 1], inputShape: [FEATURES] }),
  layers.conv2d({ filters: 16, kernelSize: 3, padding: 'same', useBias: false }),
  layers.batchNormalization({ momentum: 0.9 }),
  layers.activation({ activation: 'relu' }),
  layers.dropout({ rate: 0.2 }),
  layers.depthwiseConv2d({ kernelSize: 3, padding: 'same', activation: 'gelu' }),
  layers.conv2d({ filters: 20, kernelSize: 3, padding: 'same', activation: 'relu' }),
  layers.conv2d({ filters: 20, kernelSize: 3, strides: 2, padding: 'same', groups: 2 }),
  layers.batchNormalization({ momentum: 0.9 }),
  layers.conv2dTranspose({ filters: 9, kernelSize: 2, strides: 2, activation: 'silu' }),
  layers.spatialDropout2d({ rate: 0.1 }),
  layers.maxPooling2d({ poolSize: 2 }),
  layers.averagePooling2d({ poolSize: 2, strides: 1 }),
  layers.flatten(),
  layers.dense({ units: CLASSES, activation: 'softmax' }),
]

const networks = { dense, recurrent, attention, convnet }

const build = (gradloom, network) => {
  const { optimizers, schedules, sequential } = gradloom
  const model = sequential(networks[network](gradloom))
  const learningRate = schedules.cosineDecay({ initialLearningRate: 0.005, decaySteps: 60 })
  model.compile({
    optimizer: optimizers.adam({ learningRate, globalClipNorm: 5 }),
    loss: 'sparseCategoricalCrossentropy',
    metrics: ['accuracy'],
    seed: 20261,
  })
  return model
}

const hex = (bytes) =>
  Array.from(new Uint8Array(bytes), (byte) => byte.toString(16).padStart(2, '0')).join('')

const hashOf = async (tensors) => {
  const parts = tensors.map(({ elements }) => new Uint8Array(elements.buffer))
  return hex(await crypto.subtle.digest('SHA-256', await new Blob(parts).arrayBuffer()))
}

/** Trains with the library `gradloom`, initialised by `options`, and hashes all weights. */
export const trainedBits = async (gradloom, options, shards, network = 'dense') => {
  await gradloom.init(options)
  const { mode, threads } = gradloom.info()
  const model = build(gradloom, network)
  const { x, y } = data(gradloom, network)
  const fit = { epochs: 6, batchSize: 32, shards, verbose: 0 }
  const { history } = await model.fit(x, y, fit)
  const sha256 = await hashOf(await model.getWeights())
  await gradloom.shutdown()
  return { mode, threads, sha256, loss: history.loss }
}
