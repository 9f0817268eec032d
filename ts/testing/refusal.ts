// What a test expects of a typed error. Tests only.

import { expect } from 'vitest'
import type { ErrorCode } from '../errors.ts'

/**
 * For `toThrow` and `rejects.toThrow`: a `GradloomError` of this code whose message has all
 * `parts`.
 */
export const refusal = (code: ErrorCode, ...parts: string[]): object =>
  expect.objectContaining({
    name: 'GradloomError',
    code,
    message: expect.toSatisfy(
      (message: string) => parts.every((part) => message.includes(part)),
      `has ${parts.join(' and ')}`,
    ),
  })
