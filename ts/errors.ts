// The one error class of the public API. A code is stable; a message names the layer or file, the
// shapes and the fix.

/** What went wrong, for programs. */
export type ErrorCode =
  | 'not-initialized'
  | 'shape'
  | 'dtype'
  | 'argument'
  | 'unknown-name'
  | 'not-compiled'
  | 'not-built'
  | 'label-range'
  | 'empty-data'
  | 'non-finite'
  | 'disposed'
  | 'aborted'
  | 'busy'
  | 'out-of-memory'
  | 'worker-died'
  | 'worker-start'
  | 'trap'
  | 'file'
  | 'file-format'
  | 'no-gradient'
  | 'unknown-op'
  | 'wire'
  | 'unsupported'

/** Every error that Gradloom throws on purpose. */
export class GradloomError extends Error {
  override readonly name = 'GradloomError'
  readonly code: ErrorCode
  /** The layer, file or argument that the error is about, where there is one. */
  readonly subject: string | undefined

  constructor(
    code: ErrorCode,
    message: string,
    options: { subject?: string; cause?: unknown } = {},
  ) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause })
    this.code = code
    this.subject = options.subject
  }
}
