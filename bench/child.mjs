// One measurement in a process of its own: receives a job over IPC, answers with its result.
import { trainingData } from './data.mjs'
import { memoryAfter, NotBuilt } from './ours.mjs'
import { measurePeak } from './peak.mjs'
import { sample } from './sample.mjs'
import { downloadSize } from './size.mjs'

const modules = {
  ours: './ours.mjs',
  'tfjs-cpu': './peers/tfjs.mjs',
  'tfjs-wasm': './peers/tfjs.mjs',
  'jax-js': './peers/jax.mjs',
  torch: './peers/torch.mjs',
  'onnxruntime-web': './peers/onnx.mjs',
}
const backends = { 'tfjs-cpu': 'cpu', 'tfjs-wasm': 'wasm' }

const kinds = {
  peak: measurePeak,
  size: downloadSize,
  memory: memoryAfter,

  async gemm(job, subject) {
    if (subject.measureGemm) return subject.measureGemm(job)
    const { run } = await subject.prepareGemm(job)
    return sample(run, job.budget)
  },

  async train(job, subject) {
    const { unitsPerRun, ...result } = subject.measureTraining
      ? await subject.measureTraining(job)
      : await sampleTraining(job, subject)
    return {
      ...result,
      median: result.median / unitsPerRun,
      best: result.best / unitsPerRun,
      stepsPerSample: result.repeats * unitsPerRun,
    }
  },

  async predict(job, subject) {
    const { run, finish } = await subject.preparePrediction(job)
    const timing = await sample(run, job.budget)
    return { ...timing, ...(await finish()) }
  },

  async firstBatch(job, subject) {
    const data = trainingData({ ...job, rows: job.batch })
    const start = performance.now()
    const extra = await subject.firstBatch({ ...job, data })
    return { median: (performance.now() - start) / 1e3, ...extra }
  },
}

async function sampleTraining(job, subject) {
  const { run, unitsPerRun, finish } = await subject.prepareTraining(job)
  if (job.stepsBefore) await run(Math.ceil(job.stepsBefore / unitsPerRun))
  const timing = await sample(run, job.budget)
  return { ...timing, unitsPerRun, ...(await finish()) }
}

async function measure(job) {
  if (job.skip) return { skipped: job.skip }
  const subject = modules[job.subject] && (await import(modules[job.subject]))
  return kinds[job.kind]({ ...job, backend: backends[job.subject] }, subject)
}

async function answer(job) {
  try {
    return await measure(job)
  } catch (error) {
    if (error instanceof NotBuilt) return { skipped: error.message }
    // The record is kept: where this machine has its files is of no use in it.
    return { failed: String(error).split('\n')[0] }
  }
}

process.once('disconnect', () => process.exit(1))
process.once('message', async (job) => {
  const result = await answer(job)
  const { user, system } = process.cpuUsage()
  const cpuSeconds = (user + system) / 1e6 + (result.cpuSeconds ?? 0)
  process.send({ ...result, cpuSeconds }, () => process.exit(0))
})
