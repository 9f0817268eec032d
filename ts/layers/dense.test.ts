import { describe, expect, it } from 'vitest'
import { Graph } from '../graph.ts'
import { zeros } from '../initializers/index.ts'
import * as ops from '../ops.ts'
import { passOver, Runner } from '../testing/run.ts'
import { dense } from './dense.ts'

describe('dense', () => {
  it.each([0, -3, 1.5, Number.NaN, '64' as unknown as number])('rejects %s units', (units) => {
    expect(() => dense({ units, name: 'hidden' })).toThrow(
      /^dense "hidden": units must be a positive whole number, but it is /,
    )
  })

  it('rejects unknown names at once', () => {
    expect(() => dense({ units: 1, activation: 'rleu' as 'relu' })).toThrow("Did you mean 'relu'?")
    expect(() => dense({ units: 1, kernelInitializer: 'zeroes' as 'zeros' })).toThrow(
      "Did you mean 'zeros'?",
    )
  })

  it('needs a features axis', () => {
    expect(() => dense({ units: 1, name: 'a' }).build([null])).toThrow(
      expect.objectContaining({ code: 'shape', message: expect.stringContaining('dense "a"') }),
    )
  })

  it('says that it is not built', () => {
    new Runner()
    const graph = new Graph()
    expect(() =>
      dense({ units: 1 }).call(graph.input('x', 'float32', [2, 3]), passOver(graph)),
    ).toThrow(expect.objectContaining({ code: 'not-built' }))
  })

  it('starts from its initializers', () => {
    const layer = dense({ units: 2, kernelInitializer: zeros(), biasInitializer: 'ones' })
    layer.build([null, 3])
    const runner = new Runner()
    runner.initialize(layer.variables)
    const [kernel, bias] = layer.variables.map((variable) => runner.read(variable))
    expect(kernel).toEqual(new Float32Array(6))
    expect(bias).toEqual(Float32Array.of(1, 1))
  })

  it('takes a function as activation', () => {
    const layer = dense({ units: 2, activation: (x) => ops.add(x, 5), kernelInitializer: 'zeros' })
    layer.build([null, 3])
    const runner = new Runner()
    runner.initialize(layer.variables)
    const graph = new Graph()
    graph.output('y', layer.call(graph.input('x', 'float32', [1, 3]), passOver(graph)))
    expect(runner.run(graph.finish(), { x: [1, 2, 3] }).y).toEqual(Float32Array.of(5, 5))
    expect(() => layer.config()).toThrow('cannot be saved')
  })
})
