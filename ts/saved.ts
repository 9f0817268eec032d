// How saved files write a choice: the name of a factory and its options, as JSON. It knows no
// factory.

import { GradloomError } from './errors.ts'
import type { SymbolicTensor } from './graph.ts'
import type { Config, Json } from './layers/layer.ts'
import { choose, unknownName } from './names.ts'

/** `{ type: 'adam', config: { learningRate: 0.01 } }` */
export interface Saved {
  readonly type: string
  readonly config: Config
}

/** Anything that was made by a factory and can be written down. */
export interface Saveable {
  readonly type: string
  config(): Config
}

/** `x` as JSON. */
export const saved = (x: Saveable): { type: string; config: Config } => ({
  type: x.type,
  config: x.config(),
})

/** Whether `x` is the JSON form rather than the thing itself. */
export const isSaved = (x: unknown): x is Saved => {
  const { type, config } = (x ?? {}) as { type?: unknown; config?: unknown }
  return typeof type === 'string' && typeof config === 'object' && config !== null
}

/** Factories by name; their options are those of `config()`. */
// biome-ignore lint/suspicious/noExplicitAny: each factory has its own options
export type Factories<T> = Readonly<Record<string, (options?: any) => T>>

/** The `config` of a function. */
export const unsaved = (subject: string): never => {
  throw new GradloomError('unsupported', `${subject}: a file cannot hold a function.`, { subject })
}

/** The thing that `saved` wrote down. */
export const fromSaved = <T>(
  kind: string,
  factories: Factories<T>,
  type: string,
  config: object = {},
): T => {
  if (typeof config === 'object' && config !== null) return choose(kind, type, factories)(config)
  throw new GradloomError('file-format', `The options of the ${kind} '${type}' are not an object.`)
}

/** A name, the thing itself, or its JSON form. */
export type Choice<Name extends string, T extends Saveable> = Name | T | Saved

type TensorFunction = (w: SymbolicTensor) => SymbolicTensor

/** Whatever has one method `call` of a tensor and a JSON form: regularizers, constraints. */
interface Callable extends Saveable {
  call(w: SymbolicTensor): SymbolicTensor
}

type Chosen = Choice<string, Callable> | TensorFunction | null | undefined

/** What an option stands for; `undefined` for none. A function is taken as its own `call`. */
export const chosen = <T extends Callable>(
  kind: string,
  factories: Factories<T>,
  spec: Chosen,
): T | undefined => {
  if (spec === null || spec === undefined) return undefined
  if (typeof spec === 'string') return choose(kind, spec, factories)()
  if (typeof spec === 'function') return { type: kind, call: spec, config: () => ({}) } as never
  if (isSaved(spec)) return fromSaved(kind, factories, spec.type, spec.config)
  if (typeof spec.call === 'function') return spec as T
  throw unknownName(kind, spec, Object.keys(factories))
}

/** The JSON form; `null` for none. No file can hold a function. */
export const chosenConfig = (spec: Chosen): Json =>
  typeof spec === 'function'
    ? unsaved('the function of a weight')
    : !spec
      ? null
      : typeof spec === 'string' || isSaved(spec)
        ? (spec as Json)
        : saved(spec)
