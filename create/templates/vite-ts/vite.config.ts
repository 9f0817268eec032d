// With these headers threads share memory. The host of the built page must send them, too.

import { defineConfig } from 'vite'

const headers = {
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Cross-Origin-Embedder-Policy': 'require-corp',
}

export default defineConfig({
  base: './',
  build: { target: 'es2022' },
  server: { headers },
  preview: { headers },
})
