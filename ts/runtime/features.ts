// Which way to run: `detect` looks at this environment, `choose` decides from what it saw. `choose`
// is pure, so every environment can be tested in any other.

import { GradloomError } from '../errors.ts'
import type { Environment } from '../platform/platform.ts'
import type { Mode, Numerics, Variant } from './protocol.ts'

/** What this environment can do. */
export interface Features extends Environment {
  /** The engine runs 128-bit SIMD. */
  readonly simd: boolean
  /** The engine runs relaxed SIMD. */
  readonly relaxedSimd: boolean
}

export interface Wishes {
  readonly mode?: Mode | 'auto' | undefined
  readonly threads?: number | undefined
  readonly numerics?: Numerics | undefined
}

export interface Choice {
  readonly mode: Mode
  readonly variant: Variant
  /** Threads of the shared memory, or replicas; 1 inline. */
  readonly threads: number
  readonly numerics: Numerics
  /** Why, as a sentence. */
  readonly reason: string
}

/** The pool's count of threads is one byte. */
export const MOST_THREADS = 255
/** More would spend more time at barriers than they save. */
const DEFAULT_MOST_THREADS = 16

// One function, `v128.const; drop` resp. `f32x4.relaxed_madd; drop`, as in GoogleChromeLabs'
// wasm-feature-detect.
const header = [0, 97, 115, 109, 1, 0, 0, 0, 1, 4, 1, 96, 0, 0, 3, 2, 1, 0]
const v128 = [253, 12, ...new Array<number>(16).fill(0)]
const relaxedMadd = [253, 133, 2]
const moduleOf = (code: readonly number[]): Uint8Array<ArrayBuffer> => {
  const body = [0, ...code, 26, 11]
  return Uint8Array.from([...header, 10, body.length + 2, 1, body.length, ...body])
}
const SIMD = moduleOf(v128)
const RELAXED_SIMD = moduleOf([...v128, ...v128, ...v128, ...relaxedMadd])

/** The features of this environment. */
export const detect = (environment: Environment): Features => ({
  ...environment,
  simd: WebAssembly.validate(SIMD),
  relaxedSimd: WebAssembly.validate(RELAXED_SIMD),
})

const ISOLATE =
  'send the headers Cross-Origin-Opener-Policy: same-origin and Cross-Origin-Embedder-Policy: ' +
  'require-corp with the page'

const noSharing = (features: Features): string =>
  features.runtime === 'browser'
    ? `the page is not cross-origin isolated (to share memory, ${ISOLATE})`
    : 'this runtime cannot share memory between workers'

const noWorkers = 'this runtime has no workers'

/** Why `mode` cannot be had here; `undefined` if it can. */
const obstacle = (mode: Mode, features: Features): string | undefined => {
  if (mode === 'inline') return undefined
  if (!features.workers) return noWorkers
  return mode === 'shared' && !features.sharedMemory ? noSharing(features) : undefined
}

const serverNames: Partial<Record<Features['runtime'], string>> = {
  node: 'Node',
  deno: 'Deno',
  bun: 'Bun',
}

const best = (features: Features): { mode: Mode; why: string } => {
  if (!features.workers) return { mode: 'inline', why: noWorkers }
  if (!features.sharedMemory) return { mode: 'replica', why: noSharing(features) }
  const server = serverNames[features.runtime]
  return {
    mode: 'shared',
    why: server
      ? `${server} shares memory between worker threads`
      : 'the page is cross-origin isolated, so workers can share memory',
  }
}

const pickMode = (features: Features, wish: Mode | 'auto'): { mode: Mode; why: string } => {
  if (wish === 'auto') return best(features)
  const problem = obstacle(wish, features)
  if (!problem) return { mode: wish, why: `init({ mode: '${wish}' }) asked for it` }
  throw new GradloomError('unsupported', `init: mode '${wish}' is not possible: ${problem}.`, {
    subject: 'mode',
  })
}

const pickNumerics = (features: Features, mode: Mode, wish: Numerics): [Numerics, string] => {
  if (wish === 'exact') return ['exact', '']
  const lost = "; exact numerics although 'fast' was asked for, because "
  if (mode !== 'shared') return ['exact', `${lost}they come with shared memory only`]
  if (!features.fastCore) {
    return ['exact', `${lost}this build carries no core for them ('gradloom/assets' does)`]
  }
  if (features.relaxedSimd) return ['fast', '; relaxed multiply-add as asked']
  return ['exact', `${lost}this engine has no relaxed SIMD`]
}

const count = (cpus: number): string => (cpus === 1 ? '1 core' : `${cpus} cores`)

const shown: Record<Mode, (threads: number) => string> = {
  shared: (n) => (n === 1 ? '1 thread' : `${n} threads on shared memory`),
  replica: (n) => (n === 1 ? '1 worker' : `${n} workers with a copy of the model each`),
  inline: () => "the caller's thread",
}

/**
 * Decides how to run. Throws `unsupported` where nothing, or nothing that was asked for, is
 * possible.
 */
export const choose = (features: Features, wishes: Wishes = {}): Choice => {
  if (!features.simd) {
    throw new GradloomError(
      'unsupported',
      'init: this engine has no WebAssembly SIMD; Chrome 91, Firefox 89, Safari 16.4 and ' +
        'Node 20 have it.',
    )
  }
  const { mode, why } = pickMode(features, wishes.mode ?? 'auto')
  const [numerics, remark] = pickNumerics(features, mode, wishes.numerics ?? 'exact')
  const most = Math.max(1, Math.min(features.cpus, DEFAULT_MOST_THREADS))
  const threads = mode === 'inline' ? 1 : (wishes.threads ?? most)
  const cores = wishes.threads && mode !== 'inline' ? 'as asked' : count(features.cpus)
  const variant: Variant = mode !== 'shared' ? 'simd' : numerics === 'fast' ? 'fast' : 'threads'
  const reason = `${shown[mode](threads)} (${cores}): ${why}${remark}.`
  return { mode, variant, threads, numerics, reason }
}

/** The choice after workers turned out not to start. */
export const withoutWorkers = (features: Features, cause: string): Choice => ({
  ...choose(features, { mode: 'inline' }),
  reason:
    `${shown.inline(1)}, because no worker could be started: ${cause.replace(/\.$/, '')}. ` +
    'If a content ' +
    "security policy forbids workers from blob: URLs, import 'gradloom/assets'.",
})
