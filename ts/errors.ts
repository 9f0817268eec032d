// The one error class of the public API. A code is stable; a message names the layer or file, the
// shapes and the fix, and its last line is the place of the code on the page of errors.

/**
 * That page (docs/errors.html), as npm's CDN serves it with the package: `#code` is a code's place.
 * The version is that of package.json.
 */
export const ERRORS_PAGE = 'https://unpkg.com/gradloom@0.1.0/docs/errors.html'

/** A message without the line of its link: for what stands within another text. */
export const withoutLink = (message: string): string =>
  message.replace(/\nhttps:\/\/unpkg\.com\/gradloom.*#[a-z-]+/g, '')

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
    const text = `${withoutLink(message)}\n${ERRORS_PAGE}#${code}`
    super(text, options.cause === undefined ? undefined : { cause: options.cause })
    this.code = code
    this.subject = options.subject
  }
}
