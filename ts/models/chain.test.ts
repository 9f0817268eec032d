import { beforeAll, describe, expect, it } from 'vitest'
import { Graph, type SymbolicTensor } from '../graph.ts'
import * as layers from '../layers/index.ts'
import { type Config, Layer, type Pass } from '../layers/layer.ts'
import { passOver } from '../layers/pass.ts'
import { transpose } from '../ops.ts'
import { refusal } from '../testing/refusal.ts'
import { loadCore } from '../testing/run.ts'
import { Chain } from './chain.ts'
import { trainableOf } from './network.ts'

beforeAll(() => void loadCore())

const { dense, dropout, flatten, input, reshape } = layers

/** Calls any op, as a layer of the user's own does. */
class Custom extends Layer {
  readonly type = 'custom'
  readonly #body: (x: SymbolicTensor, pass: Pass) => SymbolicTensor
  constructor(body: (x: SymbolicTensor, pass: Pass) => SymbolicTensor) {
    super()
    this.#body = body
  }
  call(x: SymbolicTensor, pass: Pass): SymbolicTensor {
    return this.#body(x, pass)
  }
  config(): Config {
    return {}
  }
}

describe('names', () => {
  it('numbers layers by type and leaves given names alone', () => {
    const { layers: named } = new Chain([
      dense({ units: 4, inputShape: [3] }),
      dropout({ rate: 0.5 }),
      dense({ units: 4, name: 'dense_1' }),
      dense({ units: 4 }),
      dropout({ rate: 0.5 }),
    ])
    const names = ['dense', 'dropout', 'dense_1', 'dense_2', 'dropout_1']
    expect(named.map(({ name }) => name)).toEqual(names)
  })

  it('refuses two of one name, and parts of paths', () => {
    const twin = () => dense({ units: 1, name: 'a' })
    expect(() => new Chain([twin(), twin()])).toThrow(refusal('argument', '"a"', 'two layers'))
    const odd = dense({ units: 1 })
    odd.name = 'a/b'
    expect(() => new Chain([odd])).toThrow(refusal('argument', 'a/b', "without '/'"))
  })

  it('refuses a layer in two places', () => {
    const shared = dense({ units: 3, inputShape: [3] })
    expect(() => new Chain([shared, shared])).toThrow(refusal('argument', 'already belongs'))
    new Chain([shared])
    expect(() => new Chain([shared])).toThrow(refusal('argument', '"dense"', 'already belongs'))
  })

  it('leaves the layers of a refused model free', () => {
    const [first, wrong] = [dense({ units: 3, inputShape: [3] }), reshape({ targetShape: [7] })]
    expect(() => new Chain([first, wrong])).toThrow(refusal('shape', 'reshape'))
    expect(new Chain([first]).outputs[0]?.shape).toEqual([null, 3])
  })
})

describe('shapes', () => {
  it('follows the shapes with an open batch axis', () => {
    const chain = new Chain([
      input({ shape: [4, 6] }),
      flatten(),
      dense({ units: 10 }),
      reshape({ targetShape: [5, 2] }),
    ])
    const shapes = [[4, 6], [24], [10], [5, 2]].map((shape) => [null, ...shape])
    expect(chain.described.map((line) => line.shapes[0])).toEqual(shapes)
    expect(chain.inputs).toMatchObject([{ shape: [4, 6], dtype: 'float32' }])
  })

  it('waits for a shape where no layer has one', () => {
    const chain = new Chain([dense({ units: 2 })])
    expect(chain.inputs).toBeUndefined()
    expect(chain.placed).toEqual([])
    chain.build([5])
    expect(chain.placed.map(({ variable }) => variable.shape)).toEqual([[5, 2], [2]])
    chain.build([5])
    expect(() => chain.build([6])).toThrow(refusal('shape', 'dense', '[5]', '[6]'))
  })

  it('takes the dtype of an input layer', () => {
    const chain = new Chain([input({ shape: [2], dtype: 'int32' }), layers.rescaling({ scale: 2 })])
    expect(chain.inputs?.[0]?.dtype).toBe('int32')
  })

  it('throws at the line that made a mistake, and names layer and shapes', () => {
    const wrong = () => new Chain([dense({ units: 8, inputShape: [] })])
    expect(wrong).toThrow(refusal('shape', 'dense "dense"', '[batch]', '[batch, ..., features]'))
    const late = () => [dense({ units: 8, inputShape: [3] }), dense({ units: 2, inputShape: [9] })]
    expect(() => new Chain(late())).toThrow(
      refusal('shape', 'dense "dense_1"', '[batch, 9]', '[batch, 8]'),
    )
  })

  it('names the layer for mistakes that an op finds, with an open batch axis', () => {
    const make = () =>
      new Chain([
        dense({ units: 8, inputShape: [3] }),
        new Custom((x) => x.graph.apply('matmul', [x, x], [0, 0])),
      ])
    expect(make).toThrow(refusal('shape', 'custom "custom"', 'given an input of shape [batch, 8]'))
    expect(make).not.toThrow(/97/)
  })

  it('insists on the batch axis', () => {
    const turned = new Custom((x) => transpose(x, [1, 0]))
    expect(() => new Chain([dense({ units: 8, inputShape: [3] }), turned])).toThrow(
      refusal('shape', 'custom', 'batch axis'),
    )
  })

  it('refuses what is not an array of layers', () => {
    expect(() => new Chain([])).toThrow(refusal('argument', 'one layer or more'))
    expect(() => new Chain(['dense'] as never)).toThrow(refusal('argument', 'one layer or more'))
    expect(() => new Chain(dense({ units: 1 }) as never)).toThrow(refusal('argument', 'array'))
  })
})

describe('variables', () => {
  it('have paths and streams of their own, apart from those of layers', () => {
    const chain = new Chain([
      dense({ units: 4, inputShape: [3] }),
      dropout({ rate: 0.1 }),
      dense({ units: 2, useBias: false }),
    ])
    expect(chain.placed.map(({ path }) => path)).toEqual([
      'dense/kernel',
      'dense/bias',
      'dense_1/kernel',
    ])
    const streams = [...chain.placed, ...chain.layers].map(({ stream }) => stream)
    expect(new Set(streams).size).toBe(streams.length)
  })

  it('are trained where layer and variable say so', () => {
    const chain = new Chain([
      layers.normalization({ inputShape: [3] }),
      dense({ units: 4, trainable: false }),
      dense({ units: 2 }),
    ])
    expect(trainableOf(chain).map(({ shape }) => shape)).toEqual([[4, 2], [2]])
  })

  it('need names of their own', () => {
    const twice = new Custom((x) => x)
    const [kernel] = new Chain([dense({ units: 1, inputShape: [1] })]).placed
    twice.variables = [kernel?.variable, kernel?.variable] as never
    expect(() => new Chain([dense({ units: 1, inputShape: [1] }), twice])).toThrow(
      refusal('argument', "'kernel'", 'a name of its own'),
    )
  })
})

describe('a pass', () => {
  it('reads a variable once, and asks for random numbers only where they are drawn', () => {
    const chain = new Chain([dense({ units: 4, inputShape: [3] }), dropout({ rate: 0.5 })])
    const inputsOf = (training: boolean): string[] => {
      const graph = new Graph()
      const pass = passOver(graph, training)
      const [y] = chain.apply([graph.input('x', 'float32', [5, 3])], pass)
      graph.output('y', y as SymbolicTensor)
      return graph.finish().inputs.map(({ name }) => name)
    }
    expect(inputsOf(false)).toEqual(['x'])
    expect(inputsOf(true)).toEqual(['x', 'rng'])
    const graph = new Graph()
    const pass = passOver(graph, true)
    const variable = chain.placed[0]?.variable as never
    expect(pass.read(variable)).toBe(pass.read(variable))
  })
})
