import { expect, it } from 'vitest'
import { fromSaved, isSaved, saved } from './saved.ts'

const make = ({ size = 1 }: { size?: number } = {}) => ({ type: 'thing', config: () => ({ size }) })

it('writes a thing down and makes it again', () => {
  const form = JSON.parse(JSON.stringify(saved(make({ size: 3 }))))
  expect(form).toEqual({ type: 'thing', config: { size: 3 } })
  expect(fromSaved('thing', { thing: make }, form.type, form.config).config()).toEqual({ size: 3 })
})

it('tells the form from the thing', () => {
  expect(isSaved(saved(make()))).toBe(true)
  for (const other of [make(), null, undefined, 'thing', { type: 'thing' }]) {
    expect(isSaved(other)).toBe(false)
  }
})

it('rejects unknown types and options that are no object', () => {
  expect(() => fromSaved('thing', { thing: make }, 'thin', {})).toThrow("Did you mean 'thing'?")
  expect(() => fromSaved('thing', { thing: make }, 'thing', 3 as never)).toThrow(
    expect.objectContaining({ code: 'file-format' }),
  )
})

it('rejects what is no initializer, regularizer or constraint where the layer is made', async () => {
  const { dense } = await import('./layers/dense.ts')
  for (const role of ['Initializer', 'Regularizer', 'Constraint']) {
    for (const odd of [false, 3, {}, []]) {
      const options = { units: 2, [`kernel${role}`]: odd }
      expect(() => dense(options), `${role} ${odd}`).toThrow(
        expect.objectContaining({ code: 'argument' }),
      )
    }
  }
})
