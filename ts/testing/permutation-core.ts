// A stand-in for the core that can only permute, for tests that must run without the wasm module.

import { type Core, setCore } from '../runtime/core.ts'

/** Seeded Fisher–Yates with a linear congruential generator (Numerical Recipes' constants). */
const permutation = (n: number, low: number, high: number, epoch: number): Int32Array => {
  let state = (low ^ Math.imul(high, 31) ^ Math.imul(epoch + 1, 2654435761)) >>> 0
  const order = Int32Array.from({ length: n }, (_, i) => i)
  for (let i = n - 1; i > 0; i--) {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0
    const j = Math.floor((state / 2 ** 32) * (i + 1))
    const [a, b] = [order[i] as number, order[j] as number]
    order[i] = b
    order[j] = a
  }
  return order
}

/** Call `setCore(undefined)` afterwards. */
export const usePermutationCore = (): void => setCore({ permutation } as unknown as Core)
