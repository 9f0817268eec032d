// The public ops, under the names of `keras.ops` in camelCase. Re-exports only.

export * from './arithmetic.ts'
export * from './create.ts'
export * from './einsum.ts'
export * from './indexing.ts'
export * from './linalg.ts'
export * from './math.ts'
export * from './nn.ts'
export * from './products.ts'
export * from './random.ts'
export * from './reduce.ts'
export * from './shape.ts'
export * from './sorting.ts'
