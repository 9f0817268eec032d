// The bytes of TensorBoard's event files: TFRecord frames with masked CRC-32C (Castagnoli) around
// `Event` messages of Protocol Buffers. Sources: tensorflow/core/lib/io/record_writer.h,
// tensorflow/core/util/event.proto, tensorflow/core/framework/summary.proto. It writes no files.

const TABLE_SIZE = 256

const makeTable = (polynomial: number): Uint32Array =>
  Uint32Array.from({ length: TABLE_SIZE }, (_, n) => {
    let c = n
    for (let k = 0; k < 8; k++) c = c & 1 ? (c >>> 1) ^ polynomial : c >>> 1
    return c
  })

/** The CRC-32 of a polynomial (its bits from low to high). */
export const crcBy = (polynomial: number) => {
  let table: Uint32Array | undefined
  return (bytes: Uint8Array): number => {
    table ??= makeTable(polynomial)
    let c = 0xffffffff
    for (const byte of bytes) c = (table[(c ^ byte) & 0xff] as number) ^ (c >>> 8)
    return ~c >>> 0
  }
}

/** CRC-32C. */
export const crc32c = /* @__PURE__ */ crcBy(0x82f63b78)

/** A CRC that may itself be in checked bytes. */
export const masked = (crc: number): number => (((crc >>> 15) | (crc << 17)) + 0xa282ead8) >>> 0

/** One after the other. */
export const joined = (parts: readonly Uint8Array[]): Uint8Array => {
  const out = new Uint8Array(parts.reduce((n, part) => n + part.length, 0))
  let at = 0
  for (const part of parts) {
    out.set(part, at)
    at += part.length
  }
  return out
}

/** length: u64 · its CRC: u32 · data · their CRC: u32, little-endian */
export const recordOf = (data: Uint8Array): Uint8Array => {
  const head = new Uint8Array(12)
  const view = new DataView(head.buffer)
  view.setBigUint64(0, BigInt(data.length), true)
  view.setUint32(8, masked(crc32c(head.subarray(0, 8))), true)
  const tail = new Uint8Array(4)
  new DataView(tail.buffer).setUint32(0, masked(crc32c(data)), true)
  return joined([head, data, tail])
}

/** Base 128, low digits first. */
const varint = (value: number): Uint8Array => {
  const bytes: number[] = []
  let rest = value
  for (; rest >= 128; rest = Math.floor(rest / 128)) bytes.push((rest % 128) | 128)
  return Uint8Array.from([...bytes, rest])
}

const field = (number: number, type: number, body: Uint8Array): Uint8Array =>
  joined([varint(number * 8 + type), body])

const bytesField = (number: number, body: Uint8Array): Uint8Array =>
  field(number, 2, joined([varint(body.length), body]))

const text = (number: number, value: string): Uint8Array =>
  bytesField(number, new TextEncoder().encode(value))

const packed = (values: readonly number[]): Uint8Array => {
  const view = new DataView(new ArrayBuffer(8 * values.length))
  values.forEach((value, i) => {
    view.setFloat64(8 * i, value, true)
  })
  return new Uint8Array(view.buffer)
}

const double = (number: number, value: number): Uint8Array => field(number, 1, packed([value]))

const float = (number: number, value: number): Uint8Array => {
  const body = new DataView(new ArrayBuffer(4))
  body.setFloat32(0, value, true)
  return field(number, 5, new Uint8Array(body.buffer))
}

/** Event { wall_time = 1 (seconds); step = 2; … } */
const event = (step: number, seconds: number, content: Uint8Array): Uint8Array =>
  recordOf(joined([double(1, seconds), field(2, 0, varint(step)), content]))

/** The first event of a file. */
export const versionEvent = (seconds: number): Uint8Array =>
  event(0, seconds, text(3, 'brain.Event:2'))

/** Event.summary = 5 { value = 1 { tag = 1; … } } */
const summary = (tag: string, content: Uint8Array): Uint8Array =>
  bytesField(5, bytesField(1, joined([text(1, tag), content])))

export const scalarEvent = (tag: string, value: number, step: number, seconds: number) =>
  event(step, seconds, summary(tag, float(2, value)))

/** Image: height = 1, width = 2, colorspace = 3 (1: grey), encoded_image_string = 4 */
export const imageEvent = (
  tag: string,
  size: { readonly height: number; readonly width: number },
  png: Uint8Array,
  step: number,
  seconds: number,
): Uint8Array => {
  const numbers = [size.height, size.width, 1].map((n, i) => field(i + 1, 0, varint(n)))
  return event(step, seconds, summary(tag, bytesField(4, joined([...numbers, bytesField(4, png)]))))
}

const BUCKETS = 30

/** HistogramProto: min = 1, max, num, sum, sum_squares, bucket_limit = 6, bucket = 7 */
const histogram = (values: ArrayLike<number>): Uint8Array => {
  let [min, max, sum, squares] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, 0, 0]
  for (let i = 0; i < values.length; i++) {
    const v = values[i] as number
    min = Math.min(min, v)
    max = Math.max(max, v)
    sum += v
    squares += v * v
  }
  const width = (max - min) / BUCKETS || 1
  const limits = Array.from({ length: BUCKETS }, (_, i) => min + (i + 1) * width)
  limits[BUCKETS - 1] = Math.max(max, limits[BUCKETS - 1] as number)
  const counts = new Array<number>(BUCKETS).fill(0)
  for (let i = 0; i < values.length; i++) {
    const bucket = Math.min(Math.floor(((values[i] as number) - min) / width), BUCKETS - 1)
    counts[bucket] = (counts[bucket] as number) + 1
  }
  const numbers = [min, max, values.length, sum, squares].map((value, i) => double(i + 1, value))
  return joined([...numbers, bytesField(6, packed(limits)), bytesField(7, packed(counts))])
}

export const histogramEvent = (
  tag: string,
  values: ArrayLike<number>,
  step: number,
  seconds: number,
): Uint8Array => event(step, seconds, summary(tag, bytesField(5, histogram(values))))
