// Trees of tensors: arrays and objects, nested at will, with tensors at the ends. What is at the
// ends decides whether a function describes a graph or is computed.

import { badArgument } from '../checks.ts'
import { SymbolicTensor } from '../graph.ts'
import { Tensor, type TensorLike, tensor } from '../tensor.ts'

/** Arrays and objects with `Leaf` at the ends. */
export type Tree<Leaf> = Leaf | readonly Tree<Leaf>[] | { readonly [name: string]: Tree<Leaf> }

/** The same tree with other ends. */
export type Mapped<T, Leaf> = T extends SymbolicTensor
  ? Leaf
  : T extends readonly unknown[] | object
    ? { readonly [K in keyof T]: Mapped<T[K], Leaf> }
    : T

/** What may stand for a symbolic tensor in a call: a tensor, a number, a typed array. */
export type Given = Tensor | number | Exclude<TensorLike, readonly unknown[]>

const isLeaf = (x: unknown): boolean =>
  x instanceof SymbolicTensor ||
  x instanceof Tensor ||
  typeof x === 'number' ||
  ArrayBuffer.isView(x)

/** All ends, in the order of arrays and of the names in objects; `undefined` has none. */
export const leavesOf = (subject: string, tree: unknown): unknown[] => {
  if (tree === undefined) return []
  if (isLeaf(tree)) return [tree]
  if (typeof tree === 'object' && tree !== null) {
    return Object.values(tree).flatMap((branch) => leavesOf(subject, branch))
  }
  throw badArgument(subject, 'every argument', tree, 'a tensor, or arrays and objects of tensors')
}

/** The tree with `leaves` at its ends. */
export const rebuilt = <T>(tree: unknown, leaves: readonly T[]): Tree<T> => {
  let next = 0
  const walk = (branch: unknown): unknown => {
    if (branch === undefined) return branch
    if (isLeaf(branch)) return leaves[next++]
    if (Array.isArray(branch)) return branch.map(walk)
    const entries = Object.entries(branch as object)
    return Object.fromEntries(entries.map(([name, below]) => [name, walk(below)]))
  }
  return walk(tree) as Tree<T>
}

/** Arrays, objects and names, without the ends: trees of one form have the same. */
export const formOf = (tree: unknown): string => {
  if (tree === undefined) return ''
  if (isLeaf(tree)) return '*'
  if (Array.isArray(tree)) return `[${tree.map(formOf)}]`
  const entries = Object.entries(tree as object)
  return `{${entries.map(([name, below]) => `${JSON.stringify(name)}:${formOf(below)}`)}}`
}

export const isSymbolic = (x: unknown): x is SymbolicTensor => x instanceof SymbolicTensor

/** A tensor of what stands for one; a number is a scalar. */
export const asLeaf = (x: unknown): Tensor =>
  x instanceof Tensor
    ? x
    : typeof x === 'number'
      ? new Tensor(Float32Array.of(x), [])
      : tensor(x as Float32Array)
