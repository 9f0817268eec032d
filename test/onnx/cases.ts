// The recorded ONNX cases (cases.json.gz, written by generate.py), with their numbers. No operator
// is known here.

import { readFileSync } from 'node:fs'
import { gunzipSync } from 'node:zlib'
import type { Elements } from '../../ts/shape.ts'
import type { Values } from '../../ts/testing/run.ts'

/** i32 for int64 and uint8 too, whose values fit; f32 of 1 and 0 for bool. */
export interface Numbers extends Values {
  readonly data: Elements
  /** As ONNX has it. */
  readonly type: string
}

export interface Constant {
  readonly data: readonly number[]
  readonly dtype: string
  readonly shape: readonly number[]
}

export type Attribute = number | string | readonly number[] | Constant

export interface Case {
  readonly name: string
  readonly op: string
  readonly opset: number
  readonly attributes: Readonly<Record<string, Attribute>>
  /** null where an optional one is not given, or not asked for. */
  readonly inputs: readonly (Numbers | null)[]
  readonly outputs: readonly (Numbers | null)[]
  readonly rtol: number
  readonly atol: number
}

interface Stored {
  readonly dtype: string
  readonly shape: readonly number[]
  readonly at: number
}

interface File {
  readonly pools: Readonly<Record<'float32' | 'int32', string>>
  readonly cases: readonly (Omit<Case, 'inputs' | 'outputs'> & {
    readonly inputs: readonly (Stored | null)[]
    readonly outputs: readonly (Stored | null)[]
  })[]
}

const bytes = (text: string): ArrayBuffer => Uint8Array.from(Buffer.from(text, 'base64')).buffer

/** All cases, by operator and name. */
export const readCases = (): Case[] => {
  const path = new URL('cases.json.gz', import.meta.url)
  const { pools, cases } = JSON.parse(gunzipSync(readFileSync(path)).toString()) as File
  const floats = new Float32Array(bytes(pools.float32))
  const whole = new Int32Array(bytes(pools.int32))
  const numbers = (stored: Stored | null): Numbers | null => {
    if (!stored) return null
    const { dtype: type, shape, at } = stored
    const end = at + shape.reduce((n, d) => n * d, 1)
    if (type === 'float32') return { type, shape, data: floats.slice(at, end) }
    const data = whole.slice(at, end)
    if (type === 'bool') return { type, shape, data: Float32Array.from(data) }
    return { type, shape, data, dtype: 'int32' }
  }
  return cases.map((c) => ({
    ...c,
    inputs: c.inputs.map(numbers),
    outputs: c.outputs.map(numbers),
  }))
}
