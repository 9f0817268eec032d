// The public ops, under the names of `keras.ops` in camelCase. Re-exports only.

export * from './arithmetic.ts'
export * from './create.ts'
export * from './indexing.ts'
export * from './shape.ts'
