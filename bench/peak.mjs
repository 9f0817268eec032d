// Measures the 128-bit multiply+add peak of this processor under the V8 in use: hand-written wasm
// whose loop bodies hold only independent f32x4 multiplies and adds in registers, no memory.
import { fileURLToPath } from 'node:url'
import { isMainThread, parentPort, Worker, workerData } from 'node:worker_threads'

const unroll = 8
const iterations = 20_000

// chain: x = x*a + b, both in one dependency chain; pair: half the registers only multiply, half
// only add; fused: relaxed_madd. The best of the first two is the peak of separate mul and add.
const operation = {
  chain: (x) =>
    `(local.set ${x} (f32x4.add (f32x4.mul (local.get ${x}) (local.get $a)) (local.get $b)))`,
  pair: (x, i) =>
    i % 2
      ? `(local.set ${x} (f32x4.add (local.get ${x}) (local.get $b)))`
      : `(local.set ${x} (f32x4.mul (local.get ${x}) (local.get $a)))`,
  fused: (x) =>
    `(local.set ${x} (f32x4.relaxed_madd (local.get ${x}) (local.get $a) (local.get $b)))`,
}
const plainForms = [8, 10, 12, 13, 14].flatMap((n) => [
  ['chain', n],
  ['pair', n],
])
const fusedForms = [8, 10, 12].map((n) => ['fused', n])

function wat([kind, registers]) {
  const names = Array.from({ length: registers }, (_, i) => `$x${i}`)
  const body = names.map(operation[kind]).join('\n')
  return `(func (export "${kind}${registers}")
    (param $k i32) (param $fa f32) (param $fb f32) (result f32)
    (local $a v128) (local $b v128) ${names.map((x) => `(local ${x} v128)`).join(' ')}
    (local.set $a (f32x4.splat (local.get $fa)))
    (local.set $b (f32x4.splat (local.get $fb)))
    ${names.map((x, i) => `(local.set ${x} (f32x4.splat (f32.const ${i}.5)))`).join('\n')}
    (loop $again ${Array(unroll).fill(body).join('\n')}
      (br_if $again (local.tee $k (i32.sub (local.get $k) (i32.const 1)))))
    ${names.map((x) => `(local.set $a (f32x4.add (local.get $a) (local.get ${x})))`).join('\n')}
    (f32x4.extract_lane 0 (local.get $a)))`
}

async function assemble(forms) {
  const wabt = await (await import('wabt')).default()
  const text = `(module ${forms.map(wat).join('\n')})`
  const { buffer } = wabt.parseWat('peak.wat', text, { relaxed_simd: true }).toBinary({})
  return buffer
}

/** GFLOP/s of one form: the best of many short calls after V8's optimizing tier has it. */
function rate(call, [kind, registers], ms) {
  const flops = iterations * unroll * registers * 4 * (kind === 'pair' ? 1 : 2)
  let best = Infinity
  const start = performance.now()
  for (let now = start; now < start + ms; ) {
    call(iterations, 1, 1e-3)
    const after = performance.now()
    best = Math.min(best, after - now)
    now = after
  }
  return flops / best / 1e6
}

async function bestRate(forms, ms) {
  const binary = await assemble(forms)
  if (!WebAssembly.validate(binary)) return null
  const { exports } = (await WebAssembly.instantiate(binary)).instance
  const rates = forms.map((form) => ({
    form: form.join(' '),
    gflops: rate(exports[form.join('')], form, ms),
  }))
  return rates.reduce((a, b) => (b.gflops > a.gflops ? b : a))
}

async function onePeak(ms) {
  return { plain: await bestRate(plainForms, ms), fused: await bestRate(fusedForms, ms) }
}

function inWorker(ms) {
  return new Promise((resolve, reject) => {
    const worker = new Worker(fileURLToPath(import.meta.url), { workerData: { peakMs: ms } })
    worker.once('message', resolve).once('error', reject)
  })
}

/** The summed peak of `threads` threads at once; `fusedGflops` is null without relaxed SIMD. */
export async function measurePeak({ threads, ms }) {
  const peaks =
    threads === 1
      ? [await onePeak(ms)]
      : await Promise.all(Array.from({ length: threads }, () => inWorker(ms)))
  const sum = (kind) => peaks.reduce((total, peak) => total + peak[kind].gflops, 0)
  return {
    gflops: sum('plain'),
    form: peaks[0].plain.form,
    fusedGflops: peaks[0].fused && sum('fused'),
  }
}

if (!isMainThread && workerData?.peakMs) parentPort.postMessage(await onePeak(workerData.peakMs))
