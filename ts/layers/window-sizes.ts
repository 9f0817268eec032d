// What a window makes of a size, for the compiler alone: arithmetic of whole numbers up to 999 as
// lengths of tuples and digits, a few instantiations each. What is no literal stays `number`.

/** Tuples of 0 to 9 elements. */
interface Digits {
  '0': []
  '1': [0]
  '2': [0, 0]
  '3': [0, 0, 0]
  '4': [0, 0, 0, 0]
  '5': [0, 0, 0, 0, 0]
  '6': [0, 0, 0, 0, 0, 0]
  '7': [0, 0, 0, 0, 0, 0, 0]
  '8': [0, 0, 0, 0, 0, 0, 0, 0]
  '9': [0, 0, 0, 0, 0, 0, 0, 0, 0]
}
type Digit = keyof Digits
type Length = 0[]

/** A tuple ten times as long. */
type Tenfold<T extends Length> = [...T, ...T, ...T, ...T, ...T, ...T, ...T, ...T, ...T, ...T]

/** The tuple of a number that is written in at most three digits. */
type Tuple<Text extends string> = Text extends `${infer A extends Digit}${infer B}`
  ? B extends ''
    ? Digits[A]
    : B extends `${infer C extends Digit}${infer E}`
      ? E extends ''
        ? [...Tenfold<Digits[A]>, ...Digits[C]]
        : E extends Digit
          ? [...Tenfold<[...Tenfold<Digits[A]>, ...Digits[C]]>, ...Digits[E]]
          : Length
      : Length
  : Length

/** A number as a tuple; of any length where it is no literal. */
type Of<A> = A extends number ? (number extends A ? Length : Tuple<`${A}`>) : Length

/** How often `B` goes into a tuple, as a digit, and what is left. */
type Split<A extends Length, B extends Length, Q extends Length = []> = A extends [
  ...B,
  ...infer Rest extends Length,
]
  ? Split<Rest, B, [...Q, 0]>
  : [Q['length'], A]

/** Long division: the digits of ⌊text / B⌋. */
type Divided<
  Text extends string,
  B extends Length,
  Left extends Length = [],
  Q extends string = '',
> = Text extends `${infer A extends Digit}${infer Rest}`
  ? Split<[...Tenfold<Left>, ...Digits[A]], B> extends [
      infer D extends number,
      infer R extends Length,
    ]
    ? Divided<Rest, B, R, Q extends '' ? (D extends 0 ? '' : `${D}`) : `${Q}${D}`>
    : ''
  : Q

type Parsed<Text extends string> = Text extends `${infer A extends number}` ? A : number

/** ⌈A / B⌉ of two tuples, B of less than ten. */
type Ceiling<A extends Length, B extends Length> = B extends [0]
  ? A['length']
  : B extends [0, ...infer Less extends Length]
    ? [...A, ...Less]['length'] extends infer Sum extends number
      ? number extends Sum
        ? number
        : Parsed<Divided<`${Sum}`, B>>
      : number
    : number

/** As many elements as `A` has for each that `B` has; B of less than ten. */
type Times<A extends Length, B extends Length> = B extends [0]
  ? A
  : number extends B['length']
    ? Length
    : B extends [0, ...infer Rest extends Length]
      ? [...A, ...Times<A, Rest>]
      : []

/** (K − 1)·R: what a window of K taps reaches beyond the first, where they are R apart. */
type Reach<K extends Length, R extends Length> = K extends [0, ...infer More extends Length]
  ? Times<More, R>
  : Length

type Fitting<A extends Length, B extends Length, T extends Length> = number extends
  | A['length']
  | B['length']
  ? number
  : A extends [...B, ...infer Places extends Length]
    ? Ceiling<Places, T>
    : number

/** Windows of K taps along A elements, T apart, taps R apart: how many there are. */
export type Slid<A, K, T, R, P> = number extends A | T
  ? number
  : [P] extends ['same' | 'causal']
    ? Ceiling<Of<A>, Of<T>>
    : [P] extends ['valid']
      ? Fitting<Of<A>, Reach<Of<K>, Of<R>>, Of<T>>
      : number

/** One number for all axes, or one for each. */
export type Along<X, I extends number> = X extends readonly number[]
  ? X[I]
  : X extends number
    ? X
    : number
