// Native PyTorch as a subject, when a Python with torch is at hand (GRADLOOM_BENCH_PYTHON names
// it). The work and its timing are in torch_peer.py; this side hands it the case and the data.
import { execFile, spawnSync } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { trainingData } from '../data.mjs'

const script = fileURLToPath(new URL('./torch_peer.py', import.meta.url))
export const python = process.env.GRADLOOM_BENCH_PYTHON ?? 'python3'

/** The version of torch that `python` has, or null. */
export function torchVersion() {
  const ask = spawnSync(python, ['-c', 'import torch; print(torch.__version__)'], {
    encoding: 'utf8',
  })
  return ask.status === 0 ? ask.stdout.trim() : null
}

async function ask(request) {
  const { stdout } = await promisify(execFile)(python, [script, JSON.stringify(request)])
  return JSON.parse(stdout)
}

export const measureGemm = (job) => ask({ ...job, kind: 'gemm' })

export async function measureTraining(job) {
  const data = trainingData(job)
  const folder = await mkdtemp(join(tmpdir(), 'gradloom-bench-'))
  try {
    const [x, labels] = [join(folder, 'x.f32'), join(folder, 'labels.i32')]
    await writeFile(x, data.x)
    await writeFile(labels, data.labels)
    return await ask({ ...job, kind: 'train', x, labels })
  } finally {
    await rm(folder, { recursive: true })
  }
}
