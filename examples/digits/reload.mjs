// A new process: loads the model that train.mjs saved and compares its predictions with those it made.

import { readFileSync } from 'node:fs'
import { init, loadModel, tensor } from 'gradloom'

const folder = process.argv[2]
const expected = JSON.parse(readFileSync(`${folder}expected.json`, 'utf8'))

await init()
const model = await loadModel(`${folder}digits.safetensors`)
const rows = expected.probabilities.length
const x = tensor(Float32Array.from(expected.x), [rows, expected.x.length / rows])
const got = await (await model.predict(x)).array()
const equal = got.every((row, i) => row.every((p, j) => p === expected.probabilities[i][j]))
console.log(
  `loaded in a new process: ${rows} predictions ${equal ? 'are equal, bit for bit' : 'DIFFER'}`,
)
process.exitCode = equal ? 0 : 1
