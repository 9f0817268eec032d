// Tensors that hold numbers on the caller's side: what goes into `fit` and what comes out of
// `predict`. They are ordinary garbage-collected memory; values inside a model are symbolic
// (`graph.ts`).

import { GradloomError } from './errors.ts'
import { type Dtype, type Elements, type Shape, sameShape, showShape, sizeOf } from './shape.ts'

/** Typed arrays that tensors are made from. 64-bit integers must be converted by the caller. */
export type NumericArray =
  | Float32Array
  | Float64Array
  | Int8Array
  | Int16Array
  | Int32Array
  | Uint8Array
  | Uint8ClampedArray
  | Uint16Array
  | Uint32Array

/** Numbers in arrays in arrays; the innermost rows may be typed arrays. */
export type NestedNumbers = number | NumericArray | readonly NestedNumbers[]

/** Nested plain arrays, as `array()` returns them. */
export type NestedArray = number | NestedArray[]

/** Everything that is accepted where a tensor is asked for. */
export type TensorLike = Tensor | NestedNumbers

/** `Symbol.dispose`, or what compilers of `using` look for where the engine lacks it. */
const disposeSymbol: typeof Symbol.dispose = (Symbol.dispose ??
  Symbol.for('Symbol.dispose')) as typeof Symbol.dispose

const SHOWN = 6

/** `S`: the shape where it is known when the program is compiled. */
export class Tensor<D extends Dtype = Dtype, S extends Shape = Shape> {
  readonly shape: S
  readonly dtype: D
  readonly size: number
  #elements: Elements<D> | undefined

  /** Takes the elements over, without a copy. Use `tensor()` for anything else. */
  constructor(elements: Elements<D>, shape: Shape) {
    if (elements.length !== sizeOf(shape)) throw wrongSize(elements.length, shape)
    this.shape = Object.freeze([...shape]) as Shape as S
    this.dtype = (elements instanceof Float32Array ? 'float32' : 'int32') as D
    this.size = elements.length
    this.#elements = elements
  }

  /** The numbers themselves, not a copy. */
  get elements(): Elements<D> {
    if (this.#elements?.length === this.size) return this.#elements
    if (this.#elements) throw detached(this.#elements.length, this.shape)
    throw new GradloomError(
      'disposed',
      `tensor ${showShape(this.shape)}: used after dispose(); keep it while you read it`,
    )
  }

  get disposed(): boolean {
    return this.#elements === undefined
  }

  /** The numbers in row-major order: the tensor's own memory, not a copy. */
  async data(): Promise<Elements<D>> {
    return this.elements
  }

  /** The numbers as nested arrays; a plain number for a scalar. */
  async array(): Promise<NestedArray> {
    return nest(this.elements, this.shape, 0, 0, this.size)
  }

  /** Rows `start..end` of the first axis, sharing this tensor's memory. */
  rows(start: number, end: number = this.shape[0] ?? 0): Tensor<D> {
    const [count, ...rest] = this.shape
    if (count === undefined) {
      throw new GradloomError('shape', 'tensor []: a scalar has no rows; give it a first axis')
    }
    if (
      !Number.isInteger(start) ||
      !Number.isInteger(end) ||
      !(0 <= start && start <= end && end <= count)
    ) {
      throw new GradloomError(
        'argument',
        `tensor ${showShape(this.shape)}: no rows ${start}..${end}`,
      )
    }
    const row = sizeOf(rest)
    const part = this.elements.subarray(start * row, end * row) as Elements<D>
    return new Tensor<D>(part, [end - start, ...rest])
  }

  /** The same numbers under another shape of the same size, sharing memory. */
  reshape<const S extends Shape>(shape: S): Tensor<D, S> {
    return new Tensor<D, S>(this.elements, checkShape(shape))
  }

  /** Lets go of the numbers now; without it the garbage collector does. */
  dispose(): void {
    this.#elements = undefined
  }

  [disposeSymbol](): void {
    this.dispose()
  }

  toString(): string {
    const name = `Tensor ${this.dtype} ${showShape(this.shape)}`
    if (!this.#elements) return `${name} (disposed)`
    const shown = Array.from(this.#elements.subarray(0, SHOWN), (v) => String(+v.toPrecision(5)))
    return `${name} (${shown.join(', ')}${this.size > SHOWN ? ', …' : ''})`
  }

  /** What Node's `console.log` prints. */
  [Symbol.for('nodejs.util.inspect.custom')](): string {
    return this.toString()
  }
}

/**
 * A tensor from a number, a typed array or nested arrays.
 *
 * `shape` is needed only for flat data that has more than one axis. `dtype` is `'int32'` for an
 * `Int32Array` and `'float32'` for everything else, unless given; numbers that do not fit into
 * int32 are an error, numbers that float32 cannot hold are rounded. A `Float32Array` (`Int32Array`)
 * is used as it is, without a copy.
 */
export function tensor<const S extends Shape = Shape>(
  data: Int32Array,
  shape?: S,
): Tensor<'int32', S>
export function tensor<D extends Dtype = 'float32', const S extends Shape = Shape>(
  data: NestedNumbers,
  shape?: S | undefined,
  dtype?: D,
): Tensor<D, S>
export function tensor(data: NestedNumbers, shape?: Shape, dtype?: Dtype): Tensor {
  const { flat, found } = isNumeric(data)
    ? { flat: data, found: [data.length] }
    : flatten(data, dtype === 'int32')
  const wanted = shape === undefined ? found : checkShape(shape)
  if (found.length > 1 && !sameShape(found, wanted)) {
    throw new GradloomError(
      'shape',
      `tensor: the nested arrays have shape ${showShape(found)}, not ${showShape(wanted)}; ` +
        'leave the shape out or pass flat data',
    )
  }
  if (flat.length !== sizeOf(wanted)) throw wrongSize(flat.length, wanted)
  return new Tensor(
    convert(flat, dtype ?? (data instanceof Int32Array ? 'int32' : 'float32')),
    wanted,
  )
}

/**
 * `data` as a tensor; with `dtype`, converted where it differs. A tensor that fits is returned as
 * is.
 */
export function asTensor(data: TensorLike): Tensor
export function asTensor<D extends Dtype>(data: TensorLike, dtype: D): Tensor<D>
export function asTensor(data: TensorLike, dtype?: Dtype): Tensor {
  if (!(data instanceof Tensor)) return tensor(data, undefined, dtype as Dtype)
  if (dtype === undefined || data.dtype === dtype) return data
  return new Tensor(convert(data.elements, dtype), data.shape)
}

const isNumeric = (data: unknown): data is NumericArray => {
  if (!ArrayBuffer.isView(data) || data instanceof DataView) return false
  if (data instanceof BigInt64Array || data instanceof BigUint64Array) {
    throw new GradloomError(
      'dtype',
      'tensor: 64-bit integers are not supported; convert with Int32Array.from(data, Number)',
    )
  }
  return true
}

const detached = (left: number, shape: Shape): GradloomError =>
  new GradloomError(
    'argument',
    `tensor ${showShape(shape)}: ${left} of its numbers are left, because their ArrayBuffer was ` +
      'transferred or resized; give away a copy (slice()) instead',
  )

const wrongSize = (length: number, shape: Shape): GradloomError =>
  new GradloomError(
    'shape',
    `tensor: ${length} values do not fill shape ${showShape(shape)} (${sizeOf(shape)} values)`,
  )

const checkShape = (shape: Shape): Shape => {
  const odd = shape.find((d) => !Number.isSafeInteger(d) || d < 0)
  if (odd === undefined) return shape
  throw new GradloomError('shape', `tensor: ${odd} in shape ${showShape(shape)} is not a size`)
}

const at = (path: readonly number[]): string => path.map((i) => `[${i}]`).join('') || 'the data'

/** The `size` elements from `start` as nested arrays. */
const nest = (
  elements: Elements,
  shape: Shape,
  axis: number,
  start: number,
  size: number,
): NestedArray => {
  if (axis === shape.length) return elements[start] as number
  if (axis === shape.length - 1) return Array.from(elements.subarray(start, start + size))
  const count = shape[axis] as number
  const row = count === 0 ? 0 : size / count
  return Array.from({ length: count }, (_, i) =>
    nest(elements, shape, axis + 1, start + i * row, row),
  )
}

const notANumber = (value: unknown, path: readonly number[]): GradloomError => {
  const given = typeof value === 'string' ? `"${value}"` : value === null ? 'null' : typeof value
  return new GradloomError('argument', `tensor: ${at(path)} is ${given}, not a number or an array`)
}

/** Shape of nested arrays, following the first element of each level. */
const shapeOf = (data: NestedNumbers): number[] => {
  const shape: number[] = []
  let level: NestedNumbers | undefined = data
  while (Array.isArray(level) || isNumeric(level)) {
    shape.push(level.length)
    level = (level as readonly NestedNumbers[])[0]
  }
  return shape
}

/**
 * Flat copy of nested arrays; f64 on the way to int32, so that no digit is lost before the check.
 */
const flatten = (
  data: NestedNumbers,
  exact: boolean,
): { flat: Float32Array | Float64Array; found: Shape } => {
  const found = shapeOf(data)
  const flat = exact ? new Float64Array(sizeOf(found)) : new Float32Array(sizeOf(found))
  const path: number[] = []
  let next = 0

  const fill = (value: NestedNumbers, axis: number): void => {
    if (axis === found.length) {
      if (typeof value !== 'number') throw misplaced(value, path)
      flat[next++] = value
      return
    }
    const row = value as readonly NestedNumbers[]
    if (!Array.isArray(row) && !isNumeric(row)) throw tooShallow(row, path)
    if (row.length !== found[axis]) throw ragged(row.length, found[axis] as number, path)
    if (isNumeric(row) && axis + 1 === found.length) {
      flat.set(row, next)
      next += row.length
      return
    }
    for (let i = 0; i < row.length; i++) {
      path[axis] = i
      fill(row[i] as NestedNumbers, axis + 1)
    }
    path.length = axis
  }
  fill(data, 0)
  return { flat, found }
}

const firstLike = (path: readonly number[]): string => at(path.map(() => 0))

const ragged = (length: number, expected: number, path: readonly number[]): GradloomError =>
  new GradloomError(
    'shape',
    `tensor: ${at(path)} has ${length} elements, but ${firstLike(path)} has ${expected}; ` +
      'all rows must be equally long',
  )

const misplaced = (value: unknown, path: readonly number[]): GradloomError =>
  Array.isArray(value) || isNumeric(value)
    ? new GradloomError(
        'shape',
        `tensor: ${at(path)} is an array, but ${firstLike(path)} is a number`,
      )
    : notANumber(value, path)

const tooShallow = (value: unknown, path: readonly number[]): GradloomError =>
  typeof value === 'number'
    ? new GradloomError(
        'shape',
        `tensor: ${at(path)} is a number, but ${firstLike(path)} is an array`,
      )
    : notANumber(value, path)

/** The elements in another dtype; the same array when nothing changes. */
const convert = (data: NumericArray, dtype: Dtype): Elements => {
  if (dtype === 'float32') return data instanceof Float32Array ? data : Float32Array.from(data)
  if (dtype !== 'int32') {
    throw new GradloomError('dtype', `tensor: no dtype "${dtype}"; use "float32" or "int32"`)
  }
  if (data instanceof Int32Array) return data
  const ints = Int32Array.from(data)
  const odd = ints.findIndex((v, i) => v !== data[i])
  if (odd < 0) return ints
  throw new GradloomError(
    'dtype',
    `tensor: element ${odd} is ${data[odd]}, which int32 cannot hold; round it or use float32`,
  )
}
