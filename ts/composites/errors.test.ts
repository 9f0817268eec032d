import { describe, expect, it } from 'vitest'
import { Graph, type SymbolicTensor } from '../graph.ts'
import { loadCore } from '../testing/run.ts'
import * as ops from './index.ts'

const given = (graph: Graph) => {
  let n = 0
  const input = (dtype: 'float32' | 'int32') => (shape: readonly number[]) => {
    n += 1
    return graph.input(`x${n}`, dtype, shape)
  }
  return { f: input('float32'), i: input('int32'), graph }
}
type Given = ReturnType<typeof given>

const cases: [message: string, call: (x: Given) => unknown][] = [
  ['reshape: [2, 3] does not fill [4, -1]', ({ f }) => ops.reshape(f([2, 3]), [4, -1])],
  ['squeeze: axis 0 of shape [2, 1] has not size 1', ({ f }) => ops.squeeze(f([2, 1]), 0)],
  ['expandDims: axis 4 is not an axis', ({ f }) => ops.expandDims(f([2]), 4)],
  ['slice: 3 elements from 1 by 1 leave axis 1', ({ f }) => ops.slice(f([2, 3]), [0, 1], [2, 3])],
  ['flip: axis 2 is not an axis of shape [2, 3]', ({ f }) => ops.flip(f([2, 3]), 2)],
  ['flip: axes [0,-2] of shape [2, 3] are not', ({ f }) => ops.flip(f([2, 3]), [0, -2])],
  ['concat: axis 3 is not an axis of shape [2, 2]', ({ f }) => ops.concatenate([f([2, 2])], 3)],
  [
    'concat: takes tensors that differ along axis 0 only, not f32[2, 2] and f32[2, 3]',
    ({ f }) => ops.concatenate([f([2, 2]), f([2, 3])], 0),
  ],
  ['stack: shapes [3] and [2] differ', ({ f }) => ops.stack([f([2]), f([3])])],
  ['split: axis 1 of shape [2, 5] is not 2 equal', ({ f }) => ops.split(f([2, 5]), 2, 1)],
  ['pad: takes two sizes ≥ 0 for each axis of [2, 2]', ({ f }) => ops.pad(f([2, 2]), [[1, 1]])],
  ['pad: takes two sizes ≥ 0', ({ f }) => ops.pad(f([2]), -1)],
  ['pad: axis 0 of shape [0] has nothing', ({ f }) => ops.pad(f([0]), 1, 'edge')],
  ['tril: takes matrices, not shape [3]', ({ f }) => ops.tril(f([3]))],
  ['takeAlongAxis: [2, 3] and [2] have', ({ f, i }) => ops.takeAlongAxis(f([2, 3]), i([2]))],
  [
    'takeAlongAxis: shapes [2, 1] and [3, 1] do not',
    ({ f, i }) => ops.takeAlongAxis(f([2, 3]), i([3, 3])),
  ],
  ['gatherNd: indices [4, 3] do not name', ({ f, i }) => ops.gatherNd(f([2, 3]), i([4, 3]))],
  ['getItem: 3 keys for shape [2, 3]', ({ f }) => ops.getItem(f([2, 3]), [0, 0, 0])],
  ['getItem: index 2 of axis 0: axis 2', ({ f }) => ops.getItem(f([2, 3]), [2])],
  ['max: axis 1 of shape [1, 0] has no elements', ({ i }) => ops.max(i([2, 0]))],
  ['sum: axis 2 is not an axis', ({ f }) => ops.sum(f([2, 3]), 2)],
  ['topK: k must be between 0 and 3, but it is 4', ({ f }) => ops.topK(f([2, 3]), 4)],
  ['quantile: q must be between 0 and 1', ({ f }) => ops.quantile(f([2]), 1.5)],
  ['searchsorted: takes a sorted list [n]', ({ f }) => ops.searchsorted(f([2, 2]), f([1]))],
  ['matmul: shapes [2, 3] and [4, 5]: the inner', ({ f }) => ops.matmul(f([2, 3]), f([4, 5]))],
  [
    'matmul: shapes [2] and [3] do not broadcast',
    ({ f }) => ops.matmul(f([2, 1, 1]), f([3, 1, 1])),
  ],
  ['matmul: shapes [] and [2]: a scalar', ({ f }) => ops.matmul(f([]), f([2]))],
  ['tensordot: shapes [2, 3] and [2, 3] differ', ({ f }) => ops.tensordot(f([2, 3]), f([2, 3]), 1)],
  ["einsum: 'ij,jk->ik': names 2 operands, not 1", ({ f }) => ops.einsum('ij,jk->ik', f([2, 3]))],
  ["einsum: 'ijk->i': 'ijk' does not name", ({ f }) => ops.einsum('ijk->i', f([2, 3]))],
  [
    "einsum: 'ij,jk->ik': axis 'j' has sizes 3 and 4",
    ({ f }) => ops.einsum('ij,jk->ik', f([2, 3]), f([4, 2])),
  ],
  ["einsum: 'ij->iz': the result 'iz' needs", ({ f }) => ops.einsum('ij->iz', f([2, 3]))],
  ["einsum: 'ii->i': axis 'i' has sizes 2 and 3", ({ f }) => ops.einsum('ii->i', f([2, 3]))],
  ['cholesky: takes square matrices, not shape [2, 3]', ({ f }) => ops.cholesky(f([2, 3]))],
  ['solve: shapes [2, 2] and [3]: the rows differ', ({ f }) => ops.solve(f([2, 2]), f([3]))],
  ['qr: takes matrices, not shape [3]', ({ f }) => ops.qr(f([3]))],
  ['randomInt: whole low < high', ({ i }) => ops.randomInt({ rng: i([4]), stream: 0 }, [2], 3, 3)],
  ['integer: shapes [2] and [3] do not broadcast', ({ i }) => ops.add(i([2]), i([3]))],
]

describe('a mistake is named with its shapes:', () => {
  it.each(cases)('%s', (message, call) => {
    loadCore()
    const mistake = (): SymbolicTensor => call(given(new Graph())) as SymbolicTensor
    expect(mistake).toThrow(
      expect.objectContaining({ code: 'shape', message: expect.stringContaining(message) }),
    )
  })
})
