// Tensors: what they are made from, what they refuse, how they are read and let go.

import { describe, expect, expectTypeOf, it } from 'vitest'
import type { ErrorCode } from './errors.ts'
import { asTensor, Tensor, type TensorLike, tensor } from './tensor.ts'
import { refusal } from './testing/refusal.ts'

describe('tensor from typed arrays', () => {
  const arrays = [
    new Float64Array([1, 2, 3]),
    new Int8Array([1, 2, 3]),
    new Int16Array([1, 2, 3]),
    new Uint8Array([1, 2, 3]),
    new Uint8ClampedArray([1, 2, 3]),
    new Uint16Array([1, 2, 3]),
    new Uint32Array([1, 2, 3]),
  ]
  it.each(arrays.map((a) => [a.constructor.name, a] as const))('%s', async (_, data) => {
    for (const dtype of ['float32', 'int32'] as const) {
      const made = tensor(data, undefined, dtype)
      expect(made.dtype).toBe(dtype)
      expect(made.shape).toEqual([3])
      expect(Array.from(await made.data())).toEqual([1, 2, 3])
    }
    expect(tensor(data).dtype).toBe('float32')
  })

  it('takes Float32Array and Int32Array without a copy', async () => {
    const floats = new Float32Array(6)
    const ints = new Int32Array(6)
    expect(await tensor(floats, [2, 3]).data()).toBe(floats)
    expect(await tensor(ints, [2, 3]).data()).toBe(ints)
    expect(tensor(ints).dtype).toBe('int32')
    expectTypeOf(tensor(ints)).toEqualTypeOf<Tensor<'int32'>>()
    expectTypeOf(tensor(floats)).toEqualTypeOf<Tensor<'float32'>>()
  })

  it('converts between the two', async () => {
    const floats = tensor(new Int32Array([1, -2]), [2], 'float32')
    expect(await floats.data()).toEqual(new Float32Array([1, -2]))
    const ints = tensor(new Float32Array([1, -2]), [2], 'int32')
    expect(await ints.data()).toEqual(new Int32Array([1, -2]))
  })

  it.each([1.5, Number.NaN, Number.POSITIVE_INFINITY, 2 ** 31, -(2 ** 31) - 1])(
    'refuses %d as int32',
    (odd) => {
      const refused = refusal('dtype', 'element 1', String(odd))
      expect(() => tensor(new Float64Array([0, odd]), [2], 'int32')).toThrow(refused)
      expect(() => tensor([0, odd], [2], 'int32')).toThrow(refused)
    },
  )

  it('keeps every digit of int32 in nested arrays', async () => {
    const made = tensor([[2 ** 31 - 1], [-(2 ** 31)]], undefined, 'int32')
    expect(await made.array()).toEqual([[2147483647], [-2147483648]])
  })

  it('refuses 64-bit integers and unknown dtypes', () => {
    const big = new BigInt64Array(2) as unknown as Float32Array
    expect(() => tensor(big)).toThrow(refusal('dtype', '64-bit', 'Int32Array.from'))
    const odd = 'float64' as 'float32'
    expect(() => tensor([1], [1], odd)).toThrow(refusal('dtype', 'float64', 'float32'))
  })
})

describe('tensor from nested arrays', () => {
  const cases: [string, TensorLike, number[]][] = [
    ['a number', 3, []],
    ['a list', [1, 2, 3], [3]],
    [
      'rows',
      [
        [1, 2, 3],
        [4, 5, 6],
      ],
      [2, 3],
    ],
    [
      'three axes',
      [
        [[1], [2]],
        [[3], [4]],
      ],
      [2, 2, 1],
    ],
    ['typed rows', [new Float32Array([1, 2]), new Uint8Array([3, 4])], [2, 2]],
    ['typed rows among others', [[1, 2], new Float64Array([3, 4])], [2, 2]],
    ['nothing', [], [0]],
    ['empty rows', [[], []], [2, 0]],
  ]
  it.each(cases)('%s', async (_, data, shape) => {
    const made = asTensor(data)
    expect(made.shape).toEqual(shape)
    expect(made.dtype).toBe('float32')
    const plain = JSON.parse(
      JSON.stringify(data, (_k, v) => (ArrayBuffer.isView(v) ? [...(v as Uint8Array)] : v)),
    )
    expect(await made.array()).toEqual(plain)
  })

  it('gives flat data a shape', async () => {
    expect(await tensor([1, 2, 3, 4], [2, 2]).array()).toEqual([
      [1, 2],
      [3, 4],
    ])
    expect(await tensor([[1, 2]], [1, 2]).array()).toEqual([[1, 2]])
    expect(await tensor([7], []).array()).toBe(7)
  })

  it.each<[string, unknown, ErrorCode, ...string[]]>([
    ['a short row', [[1, 2], [3]], 'shape', '[1] has 1 elements', '[0] has 2'],
    [
      'a long inner row',
      [
        [[1], [2]],
        [[3], [4, 5]],
      ],
      'shape',
      '[1][1] has 2',
      '[0][0] has 1',
    ],
    ['a typed row', [[1, 2], new Float32Array(3)], 'shape', '[1] has 3', '[0] has 2'],
    ['an array for a number', [1, [2]], 'shape', '[1] is an array', '[0] is a number'],
    ['a number for an array', [[1], 2], 'shape', '[1] is a number', '[0] is an array'],
    ['a number for a deep array', [[[1]], new Float32Array(1)], 'shape', '[1][0] is a number'],
    ['a string', [[1, 'a']], 'argument', '[0][1] is "a"'],
    ['null', [[1], null], 'argument', '[1] is null'],
    ['undefined', [1, undefined], 'argument', '[1] is undefined'],
    ['a boolean', true, 'argument', 'the data is boolean'],
  ])('refuses %s', (_, data, code, ...parts) => {
    expect(() => tensor(data as number[])).toThrow(refusal(code, ...parts))
  })

  it('refuses shapes that the data does not have', () => {
    expect(() => tensor([1, 2, 3], [2, 2])).toThrow(refusal('shape', '3 values', '[2, 2]', '4'))
    expect(() =>
      tensor(
        [
          [1, 2],
          [3, 4],
        ],
        [4],
      ),
    ).toThrow(refusal('shape', '[2, 2]', '[4]'))
    expect(() => tensor([1, 2], [-1, -2])).toThrow(refusal('shape', '-1'))
    expect(() => tensor([1, 2], [0.5, 4])).toThrow(refusal('shape', '0.5'))
    expect(() => new Tensor(new Float32Array(3), [2])).toThrow(refusal('shape', '3 values'))
  })
})

describe('Tensor', () => {
  it('passes through asTensor unless the dtype changes', async () => {
    const x = tensor([1, 2])
    expect(asTensor(x)).toBe(x)
    expect(asTensor(x, 'float32')).toBe(x)
    expect(await asTensor(x, 'int32').data()).toEqual(new Int32Array([1, 2]))
    expect(() => asTensor([1.5], 'int32')).toThrow(refusal('dtype', '1.5'))
  })

  it('gives rows that share memory', async () => {
    const x = tensor([
      [1, 2],
      [3, 4],
      [5, 6],
    ])
    const part = x.rows(1, 3)
    expect(part.shape).toEqual([2, 2])
    expect(await part.array()).toEqual([
      [3, 4],
      [5, 6],
    ])
    x.elements[2] = 9
    expect(part.elements[0]).toBe(9)
    expect(x.rows(3).shape).toEqual([0, 2])
    for (const [from, to] of [
      [2, 1],
      [0, 4],
      [-1, 1],
      [0.5, 1],
    ] as const) {
      expect(() => x.rows(from, to)).toThrow(refusal('argument', `${from}..${to}`))
    }
    expect(() => tensor(1).rows(0, 1)).toThrow(refusal('shape', 'scalar'))
  })

  it('reshapes without a copy', async () => {
    const x = tensor([1, 2, 3, 4])
    expect(await x.reshape([2, 2]).array()).toEqual([
      [1, 2],
      [3, 4],
    ])
    expect(x.reshape([4, 1]).elements).toBe(x.elements)
    expect(() => x.reshape([3])).toThrow(refusal('shape', '4 values', '[3]'))
  })

  it('nests empty axes', async () => {
    expect(await tensor([], [0, 2, 2]).array()).toEqual([])
    expect(await tensor([], [2, 0, 2]).array()).toEqual([[], []])
  })

  it('refuses every access after dispose', async () => {
    const x = tensor([[1, 2]])
    const part = x.rows(0, 1)
    x.dispose()
    x.dispose()
    expect(x.disposed).toBe(true)
    const refused = refusal('disposed', '[1, 2]', 'dispose()')
    await expect(x.data()).rejects.toThrow(refused)
    await expect(x.array()).rejects.toThrow(refused)
    expect(() => x.rows(0, 1)).toThrow(refused)
    expect(() => asTensor(x, 'int32')).toThrow(refused)
    expect(x.shape).toEqual([1, 2])
    expect(await part.array()).toEqual([[1, 2]])
  })

  it('works with using', () => {
    let kept: Tensor
    {
      using x = tensor([1])
      kept = x
      expect(kept.disposed).toBe(false)
    }
    expect(kept.disposed).toBe(true)
  })

  it('prints shortly', () => {
    const x = tensor([0.1, 2, 3, 4, 5, 6, 7])
    expect(String(x)).toBe('Tensor float32 [7] (0.1, 2, 3, 4, 5, 6, …)')
    expect(String(tensor(new Int32Array([1]), []))).toBe('Tensor int32 [] (1)')
    x.dispose()
    expect(String(x)).toBe('Tensor float32 [7] (disposed)')
  })

  it('has a shape that cannot be changed', () => {
    const shape = [2]
    const x = tensor([1, 2], shape)
    shape[0] = 7
    expect(x.shape).toEqual([2])
    expect(() => (x.shape as number[]).push(1)).toThrow(TypeError)
  })
})
