// The questions of `npm create gradloom`, asked in a real terminal: a pseudo-terminal that `script` of
// util-linux opens. What is made of the answers, create.test.mjs knows.

import { spawn, spawnSync } from 'node:child_process'
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'

const program = fileURLToPath(new URL('index.mjs', import.meta.url))
const hasTerminal = /util-linux/.test(spawnSync('script', ['--version']).stdout ?? '')

let folder

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'create-gradloom-'))
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

/** Answers each question when it stands there. Resolves to the exit code and all that was shown. */
const converse = (args, answers) =>
  new Promise((resolve, reject) => {
    const command = [process.execPath, program, ...args].map((part) => `'${part}'`).join(' ')
    const child = spawn('script', ['-qefc', command, '/dev/null'], { cwd: folder })
    const left = [...answers]
    let [shown, from] = ['', 0]
    child.stdout.on('data', (chunk) => {
      shown += chunk
      const [question, answer] = left[0] ?? []
      if (!question || !shown.slice(from).includes(question)) return
      left.shift()
      from = shown.length
      child.stdin.write(answer)
    })
    child.once('error', reject)
    child.once('close', (code) => resolve({ code, shown, unasked: left.length }))
  })

const FOLDER = 'Folder (gradloom-app): '
const TEMPLATE = 'Template (1): '

const made = (name) => readdirSync(join(folder, name)).sort()
const nameIn = (name) => JSON.parse(readFileSync(join(folder, name, 'package.json'), 'utf8')).name

describe.skipIf(!hasTerminal)('in a terminal', () => {
  it('asks for folder and template, by number', async () => {
    const { code, shown, unasked } = await converse(
      [],
      [
        [FOLDER, 'my-net\n'],
        [TEMPLATE, '2\n'],
      ],
    )
    expect({ code, unasked }).toEqual({ code: 0, unasked: 0 })
    expect(shown).toMatch(/1 {2}vite-ts .*\r\n {2}2 {2}node-ts .*\r\n {2}3 {2}html /)
    expect(shown).toContain('Made from node-ts')
    expect(shown).toMatch(/cd my-net\r\n {2}npm install\r\n {2}npm start/)
    expect(nameIn('my-net')).toBe('my-net')
    expect(made('my-net')).toContain('tsconfig.json')
  })

  it('takes what it offers when nothing is typed, and names of templates', async () => {
    const first = await converse(
      [],
      [
        [FOLDER, '\n'],
        [TEMPLATE, '\n'],
      ],
    )
    expect(first.code).toBe(0)
    expect(nameIn('gradloom-app')).toBe('gradloom-app')
    expect(made('gradloom-app')).toContain('index.html')
    const second = await converse(['page'], [[TEMPLATE, ' html \n']])
    expect(second).toMatchObject({ code: 0, unasked: 0 })
    expect(second.shown).not.toContain(FOLDER)
    expect(made('page')).toContain('server.mjs')
  })

  it('asks only for what is not given', async () => {
    const { code, shown } = await converse(['page', '--template', 'html'], [])
    expect(code).toBe(0)
    expect(shown).not.toContain('): ')
  })

  it.each([
    [
      'no template',
      [
        [FOLDER, 'app\n'],
        [TEMPLATE, '4\n'],
      ],
      /there is no template '4'/,
    ],
    [
      'no name',
      [
        [FOLDER, 'My App\n'],
        [TEMPLATE, '1\n'],
      ],
      /'My App' cannot be the name/,
    ],
  ])('refuses an answer that is %s', async (_, answers, words) => {
    const { code, shown } = await converse([], answers)
    expect(code).toBe(1)
    expect(shown).toMatch(words)
    expect(readdirSync(folder)).toEqual([])
  })

  it.each([
    ['Ctrl-C', '\u0003'],
    ['Ctrl-D', '\u0004'],
  ])('%s ends it, and nothing is made', async (_, key) => {
    for (const answers of [
      [[FOLDER, key]],
      [
        [FOLDER, 'app\n'],
        [TEMPLATE, key],
      ],
    ]) {
      const { code, shown } = await converse([], answers)
      expect(code).toBe(1)
      expect(shown).toContain('create-gradloom: nothing was made.')
      expect(shown).not.toContain('    at ')
      expect(existsSync(join(folder, 'app'))).toBe(false)
    }
  })

  it('answers that are typed ahead count', async () => {
    const { code } = await converse([], [[FOLDER, 'ahead\n3\n']])
    expect(code).toBe(0)
    expect(made('ahead')).toContain('server.mjs')
  })
})
