// How saved files write a choice: the name of a factory and its options, as JSON. It knows no
// factory.

import { GradloomError } from './errors.ts'
import type { Config } from './layers/layer.ts'
import { choose } from './names.ts'

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
