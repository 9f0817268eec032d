// How the property tests run: with a fixed seed and count in the test command; more by hand with
// `npm run test:properties -- --runs 10000 --seed 7`. What fails is shrunk, and printed with its seed and path.

import fc from 'fast-check'

const given = (name: string, fallback: number): number => Number(process.env[name] ?? fallback)

const seed = given('GRADLOOM_SEED', 20_261_123)
/** Times as many as in the test command. */
const share = given('GRADLOOM_RUNS', 100) / 100
const path = process.env.GRADLOOM_PATH

/** Whether `property` holds: for `runs` cases in the test command. */
export const holds = async <T>(
  property: fc.IAsyncPropertyWithHooks<T>,
  runs = 100,
): Promise<void> => {
  const numRuns = Math.max(1, Math.round(runs * share))
  await fc.assert(property, { seed, numRuns, ...(path ? { path, endOnFailure: true } : {}) })
}

/** Numbers that f32 holds exactly and that sums of a few hundred stay exact with. */
export const exact = fc.integer({ min: -64, max: 64 }).map((n) => n / 8)

/** A shape with at most 64 elements. */
export const shapes = (least = 0, most = 4): fc.Arbitrary<number[]> =>
  fc
    .array(fc.integer({ min: 1, max: 4 }), { minLength: least, maxLength: most })
    .filter((shape) => shape.reduce((n, d) => n * d, 1) <= 64)

/** Numbers for a shape. */
export const filled = (
  shape: readonly number[],
  values: fc.Arbitrary<number> = exact,
): fc.Arbitrary<Float32Array> => {
  const size = shape.reduce((n, d) => n * d, 1)
  return fc
    .array(values, { minLength: size, maxLength: size })
    .map((list) => Float32Array.from(list))
}
