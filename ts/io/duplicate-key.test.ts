// Duplicate keys in JSON texts: found wherever they are, and nothing else is taken for one.

import { expect, it } from 'vitest'
import { duplicateKey } from './duplicate-key.ts'

it.each([
  ['{"a":1,"a":2}', 'a'],
  ['{"a":1 , "b":2,\n"a" \t:2}', 'a'],
  ['{"x":{"a":1,"b":{"c":0,"c":0}}}', 'c'],
  ['[{"a":1},{"b":1,"b":1}]', 'b'],
  ['{"a":1,"\\u0061":2}', 'a'],
  ['{"\\"":1,"\\"":2}', '"'],
  ['{"\\\\":1,"\\\\":2}', '\\'],
  ['{"":1,"":2}', ''],
  ['{"__proto__":1,"__proto__":2}', '__proto__'],
  ['{"a":{"a":1},"b":["a","a"],"c":"a"}', undefined],
  ['{"a":"{\\"x\\":1,\\"x\\":2}"}', undefined],
  ['{"a":"\\\\","b":"a"}', undefined],
  ['{"constructor":1,"toString":2}', undefined],
  ['{}', undefined],
  ['"a"', undefined],
])('%s', (json, key) => {
  JSON.parse(json)
  expect(duplicateKey(json)).toBe(key)
})

it('takes long strings with escapes', () => {
  const text = JSON.stringify({ a: '"\\'.repeat(500_000), b: 1 })
  expect(duplicateKey(text)).toBeUndefined()
})
