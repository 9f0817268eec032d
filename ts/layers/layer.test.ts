// What the base class does for every layer: weights, sublayers, masks, functional tensors.

import { beforeAll, describe, expect, it } from 'vitest'
import { mean, sumAll } from '../composites/common.ts'
import { Graph, type SymbolicTensor } from '../graph.ts'
import * as ops from '../ops.ts'
import type { BatchShape } from '../shape.ts'
import { refusal } from '../testing/refusal.ts'
import { evaluate, loadCore, passOver } from '../testing/run.ts'
import { FunctionalTensor } from './functional.ts'
import { dense, dropout, flatten } from './index.ts'
import { Layer, type LayerOptions, type Pass } from './layer.ts'
import { withSublayers } from './pass.ts'

beforeAll(() => void loadCore())

const tensorOf = (shape: number[], mask?: BatchShape) =>
  new FunctionalTensor([null, ...shape], 'float32', mask)

/** Adds all inputs, and gives the difference of the first two as well. */
class Both extends Layer<readonly SymbolicTensor[], readonly SymbolicTensor[]> {
  readonly type = 'both'
  shapes: readonly BatchShape[] = []
  override build(shapes: readonly BatchShape[]) {
    this.shapes = shapes
  }
  call([a, b]: readonly [SymbolicTensor, SymbolicTensor]) {
    return [ops.add(a, b), ops.sub(a, b)]
  }
  config() {
    return {}
  }
}

/** Two layers in one, which it does not build itself. */
class Block extends Layer {
  readonly type = 'block'
  readonly inner = dense({ units: 4, name: 'inner' })
  readonly outer = dense({ units: 2, name: 'outer' })
  constructor(options: LayerOptions = {}) {
    super(options)
    this.sublayers = [this.inner, this.outer]
  }
  call(x: SymbolicTensor, pass: Pass) {
    return this.outer.apply(this.inner.apply(x, pass), pass)
  }
  config() {
    return {}
  }
}

/** A scale that is kept, and the mean of its inputs, which it notes. */
class Noting extends Layer {
  readonly type = 'noting'
  readonly attempt: (pass: Pass, x: SymbolicTensor) => void
  constructor(attempt: (pass: Pass, x: SymbolicTensor) => void) {
    super()
    this.attempt = attempt
  }
  override build() {
    this.addWeight({ name: 'scale', shape: [], initializer: 'ones' })
    this.addWeight({ name: 'seen', shape: [], trainable: false })
  }
  call(x: SymbolicTensor, pass: Pass) {
    this.attempt(pass, x)
    return x
  }
  config() {
    return {}
  }
}

describe('a layer on functional tensors', () => {
  it('is built once and tells the shape, with an open batch axis', () => {
    const layer = dense({ units: 97 })
    const first = layer.apply(tensorOf([3]))
    const { variables } = layer
    const second = layer.apply(tensorOf([3]))
    expect([first.shape, first.dtype]).toEqual([[null, 97], 'float32'])
    expect(layer.variables).toBe(variables)
    expect(second.source).toMatchObject({ layer, takesList: false, givesList: false })
    expect(() => layer.apply(tensorOf([4]))).toThrow(refusal('shape', '[batch, ..., 3]'))
  })

  it('takes and gives several', () => {
    const layer = new Both()
    const [sum, difference] = layer.apply([tensorOf([2, 3]), tensorOf([1, 3])])
    expect(layer.shapes).toEqual([
      [null, 2, 3],
      [null, 1, 3],
    ])
    expect(sum?.shape).toEqual([null, 2, 3])
    expect(difference).toMatchObject({ index: 1, source: { takesList: true, givesList: true } })
  })

  it('can be built again after a mistake', () => {
    class Odd extends Block {
      override call(x: SymbolicTensor, pass: Pass) {
        return x.shape[1] === 5 ? sumAll(super.call(x, pass)) : super.call(x, pass)
      }
    }
    const odd = new Odd()
    expect(() => odd.apply(tensorOf([5]))).toThrow(refusal('shape', 'block', 'batch axis'))
    expect(odd.apply(tensorOf([6])).shape).toEqual([null, 2])
  })

  it('may say its type by a getter', () => {
    class Own extends Layer {
      get type() {
        return 'own' as const
      }
      call(x: SymbolicTensor) {
        return x
      }
      config() {
        return {}
      }
    }
    expect(new Own().type).toBe('own')
    expect(() => new Own({ trainable: 1 as never })).toThrow(refusal('argument', 'trainable'))
  })

  it('wants tensors', () => {
    expect(() => dense({ units: 1 }).apply([1, 2] as never)).toThrow(refusal('argument', 'input()'))
  })
})

describe('sublayers', () => {
  it('are built when they are first called, and follow the trainable of their parent', () => {
    const block = new Block({ trainable: false })
    block.apply(tensorOf([3]))
    const all = withSublayers([block])
    expect(all.map(({ name }) => name)).toEqual(['', 'inner', 'outer'])
    expect(all.flatMap(({ variables }) => variables).map(({ shape }) => shape)).toEqual([
      [3, 4],
      [4],
      [4, 2],
      [2],
    ])
    expect(all.every(({ trainable }) => !trainable)).toBe(true)
    block.trainable = true
    expect(all.every(({ trainable }) => trainable)).toBe(true)
  })
})

describe('masks', () => {
  const masked = (layer: Layer) => layer.apply(tensorOf([4, 3], [null, 4])).mask

  it('pass where a layer supports them, and end where it does not', () => {
    expect(masked(dense({ units: 2 }))).toEqual([null, 4])
    expect(masked(dropout({ rate: 0.5 }))).toEqual([null, 4])
    expect(masked(flatten())).toBeUndefined()
    class Same extends Block {
      override call(x: SymbolicTensor) {
        return x
      }
    }
    expect(masked(new Same())).toBeUndefined()
  })

  it.each([
    [[null, 5], 'embedding "e"'],
    [[null, 4, 3, 2], 'embedding "e"'],
  ])('of the wrong length are refused: %j', (mask, layer) => {
    class Longer extends Layer {
      readonly type = 'embedding'
      call(x: SymbolicTensor, pass: Pass) {
        const shape = [x.shape[0] as number, ...mask.slice(1).map(Number)]
        return ops.relu(x).withMask(pass.rng.graph.fill(1, shape))
      }
      config() {
        return {}
      }
    }
    const call = () => new Longer({ name: 'e' }).apply(tensorOf([4, 3]))
    const shown = `[batch, ${mask.slice(1).join(', ')}]`
    expect(call).toThrow(refusal('shape', layer, 'a mask', shown, '[batch, 4, 3]'))
  })

  it('are made by `computeMask`, or by `call` itself', () => {
    class Made extends Block {
      override call(x: SymbolicTensor) {
        return ops.relu(x).withMask(ops.less(0, ops.sum(x, [2])))
      }
    }
    class Computed extends Made {
      override computeMask(x: SymbolicTensor) {
        return ops.less(0, ops.max(ops.max(x, 2), 1, true))
      }
    }
    expect(masked(new Made())).toEqual([null, 4])
    expect(masked(new Computed())).toEqual([null, 1])
  })
})

describe('a pass', () => {
  const attempt = (body: (pass: Pass, x: SymbolicTensor, layer: Noting) => void, training = true) =>
    evaluate({ x: { shape: [2], data: [1, 3] } }, ({ x }, graph) => {
      const pass = passOver(graph, training)
      const layer: Noting = new Noting((now, given) => body(now, given, layer))
      layer.build()
      const y = layer.apply(x, pass)
      return { y, losses: pass.losses.reduce(ops.add, graph.fill(0)), ...assignedBy(pass) }
    })
  const assignedBy = (pass: ReturnType<typeof passOver>) =>
    Object.fromEntries([...pass.assigned].map(([{ name }, value]) => [name, value]))
  const seen = (layer: Layer) => layer.variables[1] as Layer['variables'][number]

  it('reads what was assigned last', () => {
    const { seen: value } = attempt((pass, x, layer) => {
      for (let i = 0; i < 2; i++) {
        pass.assign(seen(layer), ops.add(pass.read(seen(layer)), mean(x)))
      }
    }) as Record<string, { data: ArrayLike<number> }>
    expect(value?.data[0]).toBe(4)
  })

  it('sums what layers add to the loss', () => {
    const { losses } = attempt((pass, x) => {
      pass.addLoss(sumAll(x))
      pass.addLoss(mean(x))
    })
    expect(losses.data[0]).toBe(6)
  })

  it('refuses to assign at inference, to weights, and other shapes; to add a vector', () => {
    const value = (pass: Pass, x: SymbolicTensor, layer: Noting) =>
      pass.assign(seen(layer), mean(x))
    expect(() => attempt(value, false)).toThrow(refusal('argument', 'seen', 'pass.keeps'))
    expect(() =>
      attempt((pass, x, layer) => pass.assign(layer.variables[0] as never, mean(x))),
    ).toThrow(refusal('argument', 'scale', 'trainable: false'))
    expect(() => attempt((pass, x, layer) => pass.assign(seen(layer), x))).toThrow(
      refusal('shape', 'seen', '[2]'),
    )
    expect(() => attempt((pass, x) => pass.addLoss(x))).toThrow(refusal('shape', 'addLoss', '[2]'))
  })

  it('has another stream for each draw of a layer', () => {
    const pass = passOver(new Graph(), true)
    const [a, b] = [dropout({ rate: 0.5 }), dropout({ rate: 0.5 })]
    b.stream = 2
    const streams = [pass.stream(a), pass.stream(a), pass.stream(b)]
    expect(streams[0]).toBe(0)
    expect(new Set(streams).size).toBe(3)
  })
})

describe('an activity regularizer', () => {
  it('adds to the loss of the batch, once for each sample', () => {
    const { loss } = evaluate({ x: { shape: [2, 2], data: [1, -2, 3, -4] } }, ({ x }, graph) => {
      const pass = passOver(graph)
      const layer = dropout({ rate: 0, activityRegularizer: (y) => sumAll(ops.abs(y)) })
      layer.apply(x, pass)
      return { loss: pass.losses[0] as SymbolicTensor }
    })
    expect(loss.data[0]).toBe(5)
  })
})
