// A process that saves a model and is killed at one of the file operations of the save: `node dying-save.mjs
// <path> <seed> <n>` dies before the n-th operation, in the middle of it where it writes, or prints `saved`.

import { init, layers, sequential } from '../../dist/node/index.js'

const [path, seed, at] = process.argv.slice(2)
let operations = 0

const die = () => process.kill(process.pid, 'SIGKILL')

const counted = (owner, name) => {
  const real = owner[name].bind(owner)
  owner[name] = async (...args) => {
    operations += 1
    if (operations === Number(at)) {
      if (name === 'writeFile') await real(args[0].subarray(0, args[0].length / 2))
      die()
    }
    return real(...args)
  }
}

const fs = process.getBuiltinModule('node:fs/promises')
for (const name of ['stat', 'readlink', 'open', 'rename', 'rm']) counted(fs, name)
const { open } = fs
fs.open = async (...args) => {
  const handle = await open(...args)
  for (const name of ['writeFile', 'chown', 'chmod', 'sync', 'close']) counted(handle, name)
  return handle
}

await init({ mode: 'inline' })
const model = sequential([layers.dense({ units: 3, inputShape: [2] })])
model.compile({ optimizer: 'adam', loss: 'mse', seed: Number(seed) })
await model.save(path)
console.log('saved')
process.exit(0)
