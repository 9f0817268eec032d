// Text that arrives piece by piece: files too large to hold, responses, streams. It knows nothing
// of what is in them.

import { GradloomError } from '../errors.ts'
import { diskOf, type FileSource } from './files.ts'
import { reasonOf, unreadable } from './reasons.ts'

type Pieces = AsyncIterable<Uint8Array | string>

/** A path (Node), a URL, bytes, or a stream of them; streams can be read once. */
export type TextSource = FileSource | ReadableStream<Uint8Array> | Pieces

/** For messages. */
export const nameOf = (source: TextSource): string => {
  if (typeof source === 'string' || source instanceof URL) return String(source).slice(0, 100)
  return (source as Partial<File>).name ?? source.constructor?.name ?? 'the source'
}

/** The text of `source` in pieces of any size, decoded from UTF-8. */
export async function* readText(source: TextSource): AsyncGenerator<string, void, undefined> {
  const decoder = new TextDecoder()
  try {
    for await (const piece of piecesOf(source)) {
      yield typeof piece === 'string' ? piece : decoder.decode(piece, { stream: true })
    }
  } catch (error) {
    if (error instanceof GradloomError) throw error
    const name = nameOf(source)
    throw unreadable(name, `could not be read (${reasonOf(error)})`, error)
  }
  yield decoder.decode()
}

const piecesOf = (source: TextSource): Pieces => {
  if (typeof source === 'string' || source instanceof URL) {
    return diskOf(source)?.pieces(String(source)) ?? fetched(String(source))
  }
  if (source instanceof ArrayBuffer) return piecesOf(new Uint8Array(source))
  if (source instanceof Uint8Array) return piecesOf(new Blob([source as Uint8Array<ArrayBuffer>]))
  if (source instanceof Blob) return streamed(source.stream())
  if (typeof (source as ReadableStream).getReader === 'function') {
    return streamed(source as ReadableStream<Uint8Array>)
  }
  if ((source as Partial<Pieces>)[Symbol.asyncIterator]) return source as Pieces
  throw new GradloomError(
    'argument',
    'expects a path, a URL, a Blob, bytes or a stream of bytes to read text from',
  )
}

type Bytes = AsyncGenerator<Uint8Array, void, undefined>

async function* fetched(url: string): Bytes {
  const response = await fetch(url)
  if (!response.ok) throw new Error(`status ${response.status} ${response.statusText}`.trim())
  if (response.body) yield* streamed(response.body)
}

/** By its reader: not every browser can iterate a stream. */
async function* streamed(stream: ReadableStream<Uint8Array>): Bytes {
  const reader = stream.getReader()
  try {
    while (true) {
      const { done, value } = await reader.read()
      if (done) return
      yield value
    }
  } finally {
    await reader.cancel().catch(() => {})
  }
}
