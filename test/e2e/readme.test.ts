// The `js` examples of the README, one after the other, as one program on the built package.

import { spawnSync } from 'node:child_process'
import { mkdirSync, readFileSync, rmSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { expect, it } from 'vitest'

const fromRoot = (path: string) => fileURLToPath(new URL(`../../${path}`, import.meta.url))

/** What the examples take for given. */
const given = `
await init({ seed: 1, threads: 1 })
const photos = tensor(new Float32Array(8 * 32 * 32 * 3).fill(0.5), [8, 32, 32, 3])
const texts = tensor(Int32Array.from({ length: 8 * 20 }, (_, i) => i), [8, 20])
const [prices, kinds] = [tensor([1, 2, 3, 4, 5, 6, 7, 8]), Int32Array.of(0, 1, 2, 3, 4, 0, 1, 2)]
const [x, y] = [tensor([[1, 2], [3, 4]]), tensor([[1], [2]])]
const records = Array.from({ length: 80 }, (_, i) => ({ features: Array(8).fill(i % 7), target: i }))
`

/** What they must have come to. */
const wanted = `
const { loss: shopLoss, kind_accuracy } = shop.history.history
if (!(shopLoss[4] < shopLoss[0]) || kind_accuracy.length !== 5) throw new Error('shop')
if (String(probabilities.shape) !== '8,5') throw new Error('probabilities')
const before = await lossOfFirst()
const after = (await valueAndGrad(lossOf)(params, x, y))[0].elements[0]
if (!(after < before)) throw new Error('params')
const copy = await loadModel('best.safetensors')
if (copy.layers[0].type !== 'scale') throw new Error('best.safetensors')
if (readFileSync('log.csv', 'utf8').trim().split('\\n').length !== 6) throw new Error('log.csv')
`

const program = (): string => {
  const readme = readFileSync(fromRoot('README.md'), 'utf8')
  const blocks = [...readme.matchAll(/```js\n(.*?)```/gs)].map(([, code]) => code as string)
  const imports = /import \{(.*?)\} from 'gradloom'\n/gs
  const names = blocks.flatMap((block) => [...block.matchAll(imports)].map(([, list]) => list))
  const all = new Set(`init, tensor, loadModel, ${names}`.split(',').map((name) => name.trim()))
  return `import { ${[...all].filter(Boolean).join(', ')} } from 'gradloom'
    import { readFileSync } from 'node:fs'
    const lossOfFirst = async () =>
      (await valueAndGrad(lossOf)({ w: tensor([[0], [0]]), b: tensor([0]) }, x, y))[0].elements[0]
    ${given}${blocks.map((block) => block.replaceAll(imports, '')).join('\n')}${wanted}`
}

it('the README says what runs', { timeout: 120_000 }, () => {
  const cwd = fromRoot('build/readme')
  rmSync(cwd, { recursive: true, force: true })
  mkdirSync(cwd, { recursive: true })
  const args = ['--input-type=module', '--eval', program()]
  const { status, stderr, stdout } = spawnSync(process.execPath, args, { cwd, encoding: 'utf8' })
  expect(stderr).toBe('')
  expect(stdout).toMatch(/Epoch 5\/5 .* - kind_accuracy/)
  expect(status).toBe(0)
})
