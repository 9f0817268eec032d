// Says so, before a long command begins, when the disk may be too full for what it writes.

import { statfsSync } from 'node:fs'
import { root, say } from './shell.mjs'

const GB = 1e9

/** `needed`: GB that a first run writes; later runs find most of it there. */
export const saySpace = (name, needed, { bavail, bsize } = statfsSync(root)) => {
  const free = (bavail * bsize) / GB
  if (free >= needed) return
  say(
    name,
    `the disk has ${free.toFixed(1)} GB free; a first run writes ${needed} GB and may fail half-way.`,
  )
}
