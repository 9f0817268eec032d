// File names with numbers in them: `model-{epoch:02d}-{val_loss:.3f}.safetensors`. The part of
// Python's format language that Keras's examples use.

import { GradloomError } from '../errors.ts'
import { unknownName } from '../names.ts'

/** {name}, {name:3d}, {name:03d}, {name:.2f}, {name:08.3f} */
const FIELD = /\{([^{}:]+)(?::(0?)(\d*)(?:\.(\d+))?([df]?))?\}/g

/** Throws if a brace belongs to no field. */
export const checkPattern = (pattern: string): string => {
  if (typeof pattern === 'string' && !/[{}]/.test(pattern.replace(FIELD, ''))) return pattern
  throw new GradloomError(
    'argument',
    `modelCheckpoint: filepath '${pattern}' has a field that is not one of ` +
      '{name}, {name:02d}, {name:.2f}',
  )
}

/** `pattern` with its fields replaced by `values`. */
export const fillPattern = (pattern: string, values: Readonly<Record<string, number>>): string =>
  pattern.replace(
    FIELD,
    (_, name: string, zero: string, width: string, digits?: string, kind = '') => {
      if (!Object.hasOwn(values, name)) {
        throw unknownName('value for the filepath', name, Object.keys(values))
      }
      const text = formatted(values[name] as number, digits, kind)
      return padded(text, Number(width ?? 0), zero === '0')
    },
  )

const padded = (text: string, width: number, zeros: boolean): string => {
  if (!zeros) return text.padStart(width)
  const sign = text.startsWith('-') ? '-' : ''
  return sign + text.slice(sign.length).padStart(width - sign.length, '0')
}

const formatted = (value: number, digits: string | undefined, kind: string): string => {
  if (kind === 'd') return String(Math.round(value))
  if (kind === 'f' || digits !== undefined) return value.toFixed(Number(digits ?? 6))
  return String(value)
}
