// What counts as a function, and where it starts and ends.

import { describe, expect, it } from 'vitest'
import { functionsOf } from './functions.mjs'

const cases = [
  ['an arrow function', 'ts', 'const f = (x: number): Promise<void> => {\n  g()\n}', [[1, 3]]],
  ['a method with parameters on lines', 'ts', 'class A {\n  m(\n    a,\n  ) {\n  }\n}', [[2, 4]]],
  ['no control flow, no object', 'ts', 'if (a) {\n}\nfor (;;) {\n}\nconst o = {\n}', []],
  ['braces in literals', 'ts', "const f = () => {\n  return '}' + `{` // }\n}", [[1, 3]]],
  ['a Rust function', 'rs', 'pub fn f<T>(a: [f32; 4]) -> T\nwhere\n    T: A,\n{\n}', [[1, 5]]],
  ['no impl, no match', 'rs', "impl<'a> X<'a> {\n    const A: u8 = match 1 {\n    };\n}", []],
  ['Rust literals', 'rs', 'fn f() {\n    let a = (\'{\', "}", r#"{"}"#);\n}', [[1, 3]]],
]

describe('functionsOf', () => {
  it.each(cases)('%s', (_, language, source, expected) => {
    const found = functionsOf(source, language).map(({ line, lines }) => [line, lines])
    expect(found).toEqual(expected)
  })
})
