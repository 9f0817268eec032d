#!/usr/bin/env node
// npm create gradloom@latest [folder] [-- --template name]: asks for what is not given where there is
// somebody to ask.

import { relative } from 'node:path'
import { createInterface } from 'node:readline/promises'
import { parseArgs } from 'node:util'
import { CreateError, create, templates } from './create.mjs'

const names = Object.keys(templates)

const help = `npm create gradloom@latest [folder] -- [--template name]

${names.map((name) => `  ${name.padEnd(10)}${templates[name]}`).join('\n')}`

const readArguments = () => {
  try {
    return parseArgs({
      allowPositionals: true,
      options: {
        template: { type: 'string', short: 't' },
        help: { type: 'boolean', short: 'h' },
      },
    })
  } catch (error) {
    throw new CreateError('argument', error.message)
  }
}

const mayAsk = process.stdin.isTTY && process.stdout.isTTY

const ask = async (question) => {
  const lines = createInterface({ input: process.stdin, output: process.stdout })
  try {
    return (await lines.question(question)).trim()
  } finally {
    lines.close()
  }
}

const askName = async () => (await ask('Folder (gradloom-app): ')) || 'gradloom-app'

const askTemplate = async () => {
  const list = names.map((name, i) => `  ${i + 1}  ${name.padEnd(10)}${templates[name]}`)
  const answer = (await ask(`${list.join('\n')}\nTemplate (1): `)) || '1'
  return names[Number(answer) - 1] ?? answer
}

const commands = { 'vite-ts': 'npm run dev', 'node-ts': 'npm start', html: 'npm start' }

const main = async () => {
  const { values, positionals } = readArguments()
  if (values.help) return console.log(help)
  const [given] = positionals
  const directory = given ?? (mayAsk ? await askName() : undefined)
  const template = values.template ?? (mayAsk ? await askTemplate() : names[0])
  const path = create(directory, template)
  const place = relative(process.cwd(), path) || '.'
  console.log(`\nMade from ${template}. Next:\n`)
  const steps = [...(place === '.' ? [] : [`cd ${place}`]), 'npm install', commands[template]]
  for (const step of steps) console.log(`  ${step}`)
}

main().catch((error) => {
  if (!(error instanceof CreateError)) throw error
  console.error(`create-gradloom: ${error.message}`)
  process.exitCode = 1
})
