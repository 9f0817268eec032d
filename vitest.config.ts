// Three projects: `node` runs beside the sources and in test/, `browser` drives a real Chromium
// (playwright-core) from Node; `docs` checks the docs site (npm run docs:test). Workers and wasm come
// from dist/, so build first.

import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: {
    projects: [
      {
        test: {
          name: 'node',
          include: [
            ...['ts/**/*.test.ts', 'test/**/*.test.ts'],
            ...['scripts/**/*.test.mjs', 'create/*.test.mjs'],
          ],
          exclude: ['test/browser/**', 'test/docs/**', '**/node_modules/**'],
          testTimeout: 60_000,
          hookTimeout: 60_000,
        },
      },
      {
        test: {
          name: 'browser',
          include: ['test/browser/**/*.test.ts'],
          testTimeout: 180_000,
          hookTimeout: 60_000,
          fileParallelism: false,
        },
      },
      {
        test: {
          name: 'docs',
          include: ['test/docs/**/*.test.ts'],
          testTimeout: 60_000,
          hookTimeout: 60_000,
          fileParallelism: false,
        },
      },
    ],
  },
})
