// Checks of the arguments that layers, losses, optimizers and schedules take. Each returns the
// value, or throws an error that names what it belongs to, the value given and the fix.

import { GradloomError } from './errors.ts'

const show = (value: unknown): string =>
  typeof value === 'string' ? `'${value}'` : Array.isArray(value) ? `[${value}]` : String(value)

/** An `argument` error: `dense "a": units must be …, but it is 0.` */
export const badArgument = (
  subject: string,
  option: string,
  value: unknown,
  wanted: string,
): GradloomError =>
  new GradloomError(
    'argument',
    `${subject}: ${option} must be ${wanted}, but it is ${show(value)}.`,
    {
      subject,
    },
  )

const check = <T>(ok: boolean, subject: string, option: string, value: T, wanted: string): T => {
  if (ok) return value
  throw badArgument(subject, option, value, wanted)
}

/** What `make` gives; its errors begin with the option's name. */
export const named = <T>(subject: string, option: string, make: () => T): T => {
  try {
    return make()
  } catch (error) {
    if (!(error instanceof GradloomError)) throw error
    const message = `${subject}: ${option}: ${error.message}`
    throw new GradloomError(error.code, message, { subject, cause: error })
  }
}

const isNumber = (x: unknown): x is number => typeof x === 'number' && Number.isFinite(x)

/** 1, 2, 3 … */
export const positiveWhole = (subject: string, option: string, x: number): number =>
  check(Number.isInteger(x) && x > 0, subject, option, x, 'a positive whole number')

/** 0, 1, 2 … */
export const whole = (subject: string, option: string, x: number): number =>
  check(Number.isInteger(x) && x >= 0, subject, option, x, 'a whole number ≥ 0')

/** … −1, 0, 1 … */
export const integer = (subject: string, option: string, x: number): number =>
  check(Number.isInteger(x), subject, option, x, 'a whole number')

export const finite = (subject: string, option: string, x: number): number =>
  check(isNumber(x), subject, option, x, 'a finite number')

export const positive = (subject: string, option: string, x: number): number =>
  check(isNumber(x) && x > 0, subject, option, x, 'a number > 0')

export const notNegative = (subject: string, option: string, x: number): number =>
  check(isNumber(x) && x >= 0, subject, option, x, 'a number ≥ 0')

/** A rate: 0 ≤ x < 1. */
export const belowOne = (subject: string, option: string, x: number): number =>
  check(isNumber(x) && x >= 0 && x < 1, subject, option, x, 'a number in [0, 1)')

/** A part of the whole: 0 ≤ x ≤ 1. */
export const fraction = (subject: string, option: string, x: number): number =>
  check(isNumber(x) && x >= 0 && x <= 1, subject, option, x, 'a number in [0, 1]')

export const flag = (subject: string, option: string, x: boolean): boolean =>
  check(typeof x === 'boolean', subject, option, x, 'true or false')

export const text = (subject: string, option: string, x: string): string =>
  check(typeof x === 'string', subject, option, x, 'a string')

/** A name that can be part of a path such as `layer/variable`. */
export const plainName = (subject: string, x: string): string =>
  check(typeof x === 'string' && !x.includes('/'), subject, 'name', x, "a string without '/'")

export const callable = <T>(subject: string, option: string, x: T): T =>
  check(typeof x === 'function', subject, option, x, 'a function')

/** Sizes without the batch axis, as in `inputShape: [28, 28]`. */
export const sizes = (subject: string, option: string, x: readonly number[]): readonly number[] =>
  check(
    Array.isArray(x) && x.every((d) => Number.isInteger(d) && d > 0),
    subject,
    option,
    x,
    'an array of positive whole numbers, without the batch axis',
  )

/** Strings, as a copy. */
export const texts = (subject: string, option: string, x: readonly string[]): string[] =>
  list(subject, option, x).map((value, i) => text(subject, `${option}[${i}]`, value))

export const list = <T>(subject: string, option: string, x: readonly T[]): readonly T[] =>
  check(Array.isArray(x), subject, option, x, 'an array')

/** One of the literals of a union. */
export const oneOf = <T>(subject: string, option: string, x: T, choices: readonly T[]): T =>
  check(choices.includes(x), subject, option, x, `one of ${choices.map(show).join(', ')}`)

/** Numbers, each checked, as a copy; one number stands for an array of one. */
export const numbers = (
  subject: string,
  option: string,
  x: number | readonly number[],
  each: (subject: string, option: string, x: number) => number,
): number[] =>
  typeof x === 'number'
    ? [each(subject, option, x)]
    : check(Array.isArray(x), subject, option, x, 'an array of numbers').map((value, i) =>
        each(subject, `${option}[${i}]`, value),
      )
