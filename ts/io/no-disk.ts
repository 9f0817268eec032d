// Stands for `disk.ts` in the browser builds: there are no files by path.

import type { Disk } from './disk.ts'

export const disk = (): Disk | undefined => undefined
