// Errors of files: what the system said, and the typed error for what could not be read.

import { GradloomError } from '../errors.ts'

/** An error's message: what the system said. */
export const reasonOf = (error: unknown): string =>
  error instanceof Error ? error.message : String(error)

export const unreadable = (name: string, problem: string, cause: unknown): GradloomError =>
  new GradloomError('file', `${name}: ${problem}`, { subject: name, cause })
