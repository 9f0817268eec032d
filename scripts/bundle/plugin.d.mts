// The type of plugin.mjs, for tsup.config.ts.

import type { Plugin } from 'esbuild'

export const gradloomPlugin: (
  platform: 'node' | 'browser' | 'assets' | 'edge',
  worker?: string,
) => Plugin
