// The list of measurements: each a plain job object that child.mjs understands.
import { forms, networks } from './tasks.mjs'

const gemmSizes = [64, 128, 256, 512, 1024]
const batched = { size: 128, batch: 16 }

const gemmSubjects = [
  { subject: 'ours', threads: 1 },
  { subject: 'ours', threads: 2 },
  { subject: 'tfjs-wasm', threads: 1 },
  { subject: 'jax-js', threads: 1 },
  { subject: 'torch', threads: 1 },
]
const trainSubjects = [
  { subject: 'ours', threads: 1, mode: 'auto' },
  { subject: 'ours', threads: 2, mode: 'shared' },
  { subject: 'ours', threads: 2, mode: 'replica' },
  { subject: 'tfjs-cpu', threads: 1, rows: 512 },
  { subject: 'tfjs-wasm', threads: 1, rows: 1024 },
  { subject: 'jax-js', threads: 1 },
  { subject: 'torch', threads: 1 },
  { subject: 'torch', threads: 2 },
]
const lateSubjects = [
  { subject: 'ours', threads: 1, mode: 'auto' },
  { subject: 'tfjs-wasm', threads: 1, rows: 1024 },
  { subject: 'jax-js', threads: 1 },
  { subject: 'torch', threads: 1 },
]
/** `rows`: samples that these peers see of the larger networks. */
const largeSubjects = (...peers) => [
  { subject: 'ours', threads: 1, mode: 'auto' },
  { subject: 'ours', threads: 2, mode: 'shared' },
  ...peers.map((peer) => ({ threads: 1, ...peer })),
  { subject: 'torch', threads: 1 },
  { subject: 'torch', threads: 2 },
]
const convnetSubjects = largeSubjects(
  { subject: 'tfjs-wasm', rows: 64 },
  { subject: 'jax-js', mode: 'im2col', rows: 128 },
)
const lstmSubjects = largeSubjects(
  { subject: 'tfjs-wasm', rows: 128 },
  { subject: 'jax-js', rows: 256 },
)
const transformerSubjects = largeSubjects(
  { subject: 'tfjs-wasm', rows: 16 },
  { subject: 'jax-js', rows: 64 },
)
// A step takes seconds: two of them, the second timed, in one round only.
const slowSubject = { threads: 1, budget: { warmMs: 0, measureMs: 0, sampleMs: 0 } }
const slowCases = () => [
  train('convnet', 32)({ subject: 'tfjs-cpu', threads: 1, skip: 'not measured: some 40 s a step' }),
  train('convnet', 32)({ ...slowSubject, subject: 'jax-js', rows: 32, mode: 'conv' }),
  train('lstm', 32)({ ...slowSubject, subject: 'tfjs-cpu', rows: 32, way: 'trainOnBatch' }),
  train('transformer', 16)({ ...slowSubject, subject: 'tfjs-cpu', rows: 16 }),
]
const tinySubjects = [
  { subject: 'ours', threads: 1, mode: 'auto' },
  { subject: 'tfjs-cpu', threads: 1 },
  { subject: 'tfjs-wasm', threads: 1 },
  { subject: 'jax-js', threads: 1 },
  { subject: 'torch', threads: 1 },
]
const predictSubjects = [
  { subject: 'ours', threads: 1, mode: 'auto' },
  { subject: 'ours', threads: 2, mode: 'shared' },
  { subject: 'onnxruntime-web', threads: 1 },
  { subject: 'onnxruntime-web', threads: 2 },
]
const onePredictSubjects = [
  { subject: 'ours', threads: 1, mode: 'inline' },
  { subject: 'onnxruntime-web', threads: 1 },
]
const startSubjects = ['ours', 'tfjs-wasm', 'jax-js'].map((subject) => ({ subject }))

const gemmBudget = { warmMs: 150, measureMs: 300, sampleMs: 4 }
const predictBudget = { warmMs: 300, measureMs: 600, sampleMs: 30 }
const trainBudget = { warmMs: 500, measureMs: 1200, sampleMs: 120 }

const train = (network, batch) => (subject) => ({
  kind: 'train',
  budget: trainBudget,
  network,
  batch,
  ...networks[network],
  ...subject,
})

const predict = (network, batch) => (subject) => ({
  kind: 'predict',
  budget: predictBudget,
  network,
  batch,
  ...networks[network],
  rows: batch,
  ...subject,
})

function gemmCases() {
  const shapes = [...gemmSizes.map((size) => ({ size, batch: 1 })), batched]
  return shapes.flatMap((shape) =>
    forms.flatMap((form) =>
      gemmSubjects.map((subject) => ({
        kind: 'gemm',
        budget: gemmBudget,
        ...shape,
        ...form,
        ...subject,
      })),
    ),
  )
}

/** Measured in every round, in this order. */
export function repeatedCases() {
  return [
    { kind: 'peak', threads: 1, ms: 60 },
    { kind: 'peak', threads: 2, ms: 60 },
    ...trainSubjects.map(train('tutorial', 32)),
    ...trainSubjects.map(train('tutorial', 128)),
    ...lateSubjects.map(train('late digits', 32)),
    ...convnetSubjects.map(train('convnet', 32)),
    ...lstmSubjects.map(train('lstm', 32)),
    ...transformerSubjects.map(train('transformer', 16)),
    ...tinySubjects.map(train('tiny', 16)),
    ...predictSubjects.map(predict('convnet', 32)),
    ...predictSubjects.map(predict('tutorial', 256)),
    ...onePredictSubjects.map(predict('tutorial', 1)),
    ...startSubjects.map((s) => ({ kind: 'firstBatch', ...networks.tutorial, batch: 32, ...s })),
    ...gemmCases(),
  ]
}

/** Measured once: nothing about them varies from round to round, or they are very slow. */
export function singleCases() {
  const tutorial = { ...networks.tutorial, batch: 32, subject: 'ours' }
  const checkpoints = [1_000, 5_000, 15_000, 25_000]
  return [
    ...slowCases(),
    { kind: 'size' },
    { kind: 'memory', ...tutorial, threads: 1, mode: 'auto', checkpoints },
    { kind: 'memory', ...tutorial, threads: 2, mode: 'shared', checkpoints },
    { kind: 'memory', ...tutorial, threads: 2, mode: 'replica', checkpoints },
  ]
}

/** A name that tells the case from all others, also the key in the record. */
export function caseName({ kind, network, batch, size, form, subject, threads, mode }) {
  const shape = size && (batch > 1 ? `${batch}x${size}` : `${size}`)
  const who = subject && (mode && mode !== 'auto' ? `${subject}-${mode}` : subject)
  const task = ['train', 'predict'].includes(kind)
  const what = kind === 'gemm' ? [shape, form] : task ? [network, batch] : []
  return [kind, ...what, who, threads].filter((part) => part !== undefined).join(' ')
}
