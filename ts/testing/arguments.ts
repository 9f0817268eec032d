// Holds factories against tables of values that their options cannot have. Tests only.

import { expect, it } from 'vitest'
import { GradloomError } from '../errors.ts'

/** Values that an option cannot have. */
export type Wrong = readonly unknown[]

type Options<F> = F extends (options: infer O) => unknown
  ? Extract<NonNullable<O>, object>
  : Record<never, never>

/** Every option of the factory `F`: the compiler names those that a row leaves out. */
export type Row<F> = {
  /** What a call cannot do without. */
  readonly least?: Readonly<Record<string, unknown>>
  /** What else it is called with. */
  readonly beside?: Readonly<Record<string, unknown>>
  readonly wrong: { readonly [K in keyof Options<F>]-?: Wrong }
}

/** A row for each factory, no class: one that is missing is an error, also of the compiler. */
export type Rows<T> = {
  readonly [F in keyof T as F extends Capitalize<F & string> ? never : F]: Row<T[F]>
}

export const COUNT: Wrong = [0, 1.5, Number.NaN, '3', {}]
export const WHOLE: Wrong = [-1, 1.5, Number.NaN, '3', {}]
export const INTEGER: Wrong = [1.5, Number.NaN, '3', {}]
export const NUMBER: Wrong = [Number.NaN, Number.POSITIVE_INFINITY, '3', {}]
export const POSITIVE: Wrong = [0, -1, ...NUMBER]
export const NOT_NEGATIVE: Wrong = [-1, ...NUMBER]
export const BELOW_ONE: Wrong = [-0.1, 1, ...NUMBER]
export const FRACTION: Wrong = [-0.1, 1.1, ...NUMBER]
export const FLAG: Wrong = [1, 'yes', {}]
export const NAME: Wrong = [3, 'nonsense', {}]
export const STRING: Wrong = [3, {}, true]
export const LIST: Wrong = [3, 'nonsense', {}]
export const INITIALIZER: Wrong = [3, 'nonsense', {}]

type Spec<N extends string> = Record<
  `${N}Initializer` | `${N}Regularizer` | `${N}Constraint`,
  Wrong
>

/** The three options of each weight. */
export const weights = <N extends string>(...names: readonly N[]): Spec<N> =>
  Object.fromEntries(
    names.flatMap((name) => [
      [`${name}Initializer`, INITIALIZER],
      [`${name}Regularizer`, NAME],
      [`${name}Constraint`, NAME],
    ]),
  ) as Spec<N>

type Factory = (options: object) => unknown

/** What came of a call that should be refused: nothing, if it was, with both names in the error. */
const hole = (call: () => unknown, name: string, option: string): string | undefined => {
  try {
    call()
  } catch (error) {
    const { code, message } = error as GradloomError
    const [said = ''] = String(message).split('\n')
    const isTyped = error instanceof GradloomError && /^(argument|unknown-name)$/.test(code)
    const names = said.startsWith(name) && new RegExp(`\\b${option}\\b`).test(said)
    return isTyped && names ? undefined : `${error}`
  }
  return 'was taken'
}

const holes = (make: Factory, name: string, row: Row<never>): string[] => {
  const { least = {}, beside, wrong } = row
  const given = Object.keys(least).map((option) => [option, [undefined]] as const)
  return [...given, ...Object.entries(wrong as Record<string, Wrong>)].flatMap(([option, values]) =>
    values.flatMap((value) => {
      const said = hole(() => make({ ...beside, ...least, [option]: value }), name, option)
      return said ? [`${option} ${JSON.stringify(value) ?? value}: ${said}`] : []
    }),
  )
}

/** Every factory refuses every value of its row; none is without a row. */
export const refuse = <T extends object>(factories: T, rows: Rows<T>): void => {
  it('there is a row for each factory', () => {
    const names = Object.keys(factories).filter((name) => /^[a-z]/.test(name))
    expect(Object.keys(rows).sort()).toEqual(names.sort())
  })
  const table = Object.entries(rows) as [keyof T & string, Row<never>][]
  it.each(table)('%s', (name, row) => {
    const make = factories[name] as Factory
    make(row.least ?? {})
    expect(holes(make, name, row)).toEqual([])
  })
}
