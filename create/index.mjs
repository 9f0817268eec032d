#!/usr/bin/env node
// npm create gradloom@latest [folder] [-- --template name]: asks for what is not given where there is
// somebody to ask.

import { relative } from 'node:path'
import { createInterface } from 'node:readline'
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

/** Reads all questions' answers by one interface, so that what is typed ahead counts. */
const openQuestions = () => {
  const lines = createInterface({ input: process.stdin, output: process.stdout })
  const answers = lines[Symbol.asyncIterator]()
  const ask = async (question) => {
    lines.setPrompt(question)
    lines.prompt()
    const { value, done } = await answers.next()
    if (!done) return value.trim()
    console.log()
    throw new CreateError('no-answer', 'nothing was made.')
  }
  return { ask, close: () => lines.close() }
}

const askName = async (ask) => (await ask('Folder (gradloom-app): ')) || 'gradloom-app'

const askTemplate = async (ask) => {
  const list = names.map((name, i) => `  ${i + 1}  ${name.padEnd(10)}${templates[name]}`)
  console.log(list.join('\n'))
  const answer = (await ask('Template (1): ')) || '1'
  return names[Number(answer) - 1] ?? answer
}

/** What is missing, from whoever sits there; `name` and `template` may be given. */
const askFor = async ({ name, template }) => {
  if (name && template) return { name, template }
  const { ask, close } = openQuestions()
  try {
    return { name: name ?? (await askName(ask)), template: template ?? (await askTemplate(ask)) }
  } finally {
    close()
  }
}

const commands = { 'vite-ts': 'npm run dev', 'node-ts': 'npm start', html: 'npm start' }

const main = async () => {
  const { values, positionals } = readArguments()
  if (values.help) return console.log(help)
  const given = { name: positionals[0], template: values.template }
  const { name, template = names[0] } = mayAsk ? await askFor(given) : given
  const path = create(name, template)
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
