// onnxruntime-web as a subject of inference, on its wasm backend with SIMD; threads are workers of Node's.
import { env, InferenceSession, Tensor } from 'onnxruntime-web'
import { trainingData } from '../data.mjs'
import { mustAgree } from '../inference.mjs'
import { preparePrediction as prepareOurs } from '../ours.mjs'
import { seconds } from '../sample.mjs'
import { onnxModel } from './onnx-model.mjs'

/** `run` of one batch, the same tensor again and again; `finish` compares its output with ours. */
export async function preparePrediction(job) {
  env.wasm.numThreads = job.threads
  const { bytes, inputShape } = onnxModel(job)
  const session = await InferenceSession.create(bytes, { executionProviders: ['wasm'] })
  const x = new Tensor('float32', trainingData(job).x, inputShape)
  let y
  const run = (repeats) =>
    seconds(async () => {
      for (let i = 0; i < repeats; i++) y = (await session.run({ x })).y
    })
  const finish = async () => {
    const ours = await prepareOurs({ ...job, threads: 1, mode: 'inline' })
    return { way: 'run', difference: mustAgree(y.data, await ours.output()) }
  }
  return { run, finish }
}
