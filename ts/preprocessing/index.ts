// What turns strings and categories into numbers on the caller's side, for `preprocessing.…`.

export type { OutputMode } from './encode.ts'
export { Hashing, type HashingOptions, hashing } from './hashing.ts'
export type { LookupOptions } from './lookup.ts'
export type { Nested } from './nested.ts'
export {
  StringLookup,
  type StringLookupOptions,
  type Strings,
  stringLookup,
} from './string-lookup.ts'
export {
  TextVectorization,
  type TextVectorizationOptions,
  textVectorization,
} from './text-vectorization.ts'
