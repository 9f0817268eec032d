// Samples from comma-separated values, read piece by piece. d3-dsv splits rows into cells; which
// columns become x and y, and what a cell must hold, is decided here.

import { dsvFormat } from 'd3-dsv'
import { GradloomError } from '../errors.ts'
import { nameOf, readText, type TextSource } from '../io/text.ts'
import { nearestName } from '../names.ts'
import { Tensor } from '../tensor.ts'
import { StreamDataset } from './pipeline.ts'

export type CsvDtype = 'float32' | 'int32' | 'string'

export interface CsvOptions {
  /** Whether the first row holds the names (default), or the names; `false`: '0', '1', … */
  header?: boolean | readonly string[]
  /** Columns of x, in this order. Default: all that are not labels. */
  columns?: readonly string[]
  /** The column of y, or several. Default: none, samples without y. */
  label?: string | readonly string[]
  /** What columns hold. Default 'float32'. */
  dtypes?: Readonly<Record<string, CsvDtype>>
  /** Cells that hold nothing. Default only the empty one. */
  missingValues?: readonly string[]
  /** What stands for them, for all columns or by column. By default they are an error. */
  fill?: number | Readonly<Record<string, number | string>>
  /** x as one row of numbers, or as a record by column (needed for strings). Default 'row'. */
  as?: 'row' | 'record'
  /** Default ','. */
  delimiter?: string
}

/** A cell of a column. */
export type Cell = number | string | Tensor<'int32'>

/** One row. x: [columns] or a record; y: a cell, or [labels] where there are several. */
export interface CsvSample {
  x: Float32Array | Record<string, Cell>
  y?: Cell | Float32Array
}

/**
 * `csvDataset('iris.csv', { label: 'species', dtypes: { species: 'int32' } }).batch(32)`: one
 * sample a row, from a path (Node), a URL, a `Blob` or a stream; a function is called anew for
 * every epoch. Errors name line and column.
 */
export const csvDataset = (
  source: TextSource | (() => TextSource | Promise<TextSource>),
  options: CsvOptions = {},
): StreamDataset<CsvSample> =>
  new StreamDataset(async function* () {
    const opened = typeof source === 'function' ? await source() : source
    yield* samplesIn(opened, options)
  })

interface Row {
  readonly cells: readonly string[]
  /** Counted from 1; that of its first cell. */
  readonly line: number
}

async function* samplesIn(
  source: TextSource,
  options: CsvOptions,
): AsyncGenerator<CsvSample, void, undefined> {
  const name = nameOf(source)
  const { header = true } = options
  let names = typeof header === 'object' ? header : undefined
  let take: ((row: Row) => CsvSample) | undefined
  for await (const row of rowsIn(source, name, options.delimiter ?? ',')) {
    const isHeader = !names && header === true
    names ??= isHeader ? row.cells : row.cells.map((_, i) => String(i))
    take ??= reading(name, names, options)
    if (!isHeader) yield take(row)
  }
}

/** Rows with more than nothing in them. */
async function* rowsIn(
  source: TextSource,
  name: string,
  delimiter: string,
): AsyncGenerator<Row, void, undefined> {
  const { parseRows } = dsvFormat(delimiter)
  let text = ''
  let line = 1
  function* rows(part: string): Generator<Row> {
    for (const cells of parseRows(part)) {
      if (cells.length > 1 || cells[0] !== '') yield { cells, line }
      line += cells.reduce((n, cell) => n + (cell.match(/\n/g)?.length ?? 0), 1)
    }
  }
  for await (const piece of readText(source)) {
    text += piece
    const { end } = wholeRows(text, delimiter)
    yield* rows(text.slice(0, end))
    text = text.slice(end)
  }
  const { open } = wholeRows(text, delimiter)
  if (open) throw formatError(`${name} line ${line}`, 'a quote is opened and never closed')
  yield* rows(text)
}

/** Where the last whole row ends, and whether a quote is open after it. */
const wholeRows = (text: string, delimiter: string): { end: number; open: boolean } => {
  const before = ['\n', '\r', delimiter, undefined]
  let end = 0
  for (let i = 0; i < text.length; i++) {
    if (text[i] === '\n') end = i + 1
    if (text[i] !== '"' || !before.includes(text[i - 1])) continue
    do {
      i = text.indexOf('"', i + 1)
      if (i < 0) return { end, open: true }
    } while (text[i + 1] === '"' && ++i)
  }
  return { end, open: false }
}

const formatError = (where: string, problem: string): GradloomError =>
  new GradloomError('file-format', `${where}: ${problem}`, { subject: where.split(' line ')[0] })

/** How each row of a file with these columns becomes a sample. */
const reading = (
  name: string,
  names: readonly string[],
  options: CsvOptions,
): ((row: Row) => CsvSample) => {
  const { label = [], as = 'row' } = options
  const labels = [label].flat()
  const columns = options.columns ?? names.filter((column) => !labels.includes(column))
  const at = new Map([...columns, ...labels].map((c) => [c, placeOf(name, names, c)] as const))
  const cellsOf = (row: Row, wanted: readonly string[]): Cell[] => {
    if (row.cells.length !== names.length) {
      const found = `${row.cells.length} cells, but there are ${names.length} columns`
      throw formatError(`${name} line ${row.line}`, `${found}; complete the row or quote its cells`)
    }
    return wanted.map((column) => {
      const cell = row.cells[at.get(column) as number] as string
      return valueIn(cell, column, options, () => `${name} line ${row.line}, column "${column}"`)
    })
  }
  const text = as === 'row' && columns.find((column) => options.dtypes?.[column] === 'string')
  if (text) throw formatError(name, `column "${text}" holds strings; use as: 'record'`)
  return (row) => {
    const cells = cellsOf(row, columns)
    const x =
      as === 'record'
        ? Object.fromEntries(columns.map((column, i) => [column, cells[i] as Cell]))
        : numbers(cells)
    const [y, ...more] = cellsOf(row, labels)
    if (y === undefined) return { x }
    return { x, y: more.length > 0 ? numbers([y, ...more]) : y }
  }
}

const numbers = (cells: readonly Cell[]): Float32Array =>
  Float32Array.from(cells, (cell) => (cell instanceof Tensor ? cell.elements[0] : cell) as number)

const placeOf = (name: string, names: readonly string[], column: string): number => {
  const at = names.indexOf(column)
  if (at >= 0) return at
  const near = nearestName(column, names)
  const hint = near ? `; did you mean "${near}"?` : `; it has ${names.join(', ')}`
  throw formatError(name, `no column "${column}"${hint}`)
}

const valueIn = (
  cell: string,
  column: string,
  { dtypes, missingValues = [''], fill }: CsvOptions,
  where: () => string,
): Cell => {
  const dtype = dtypes?.[column] ?? 'float32'
  const missing = missingValues.includes(cell.trim())
  const filled = typeof fill === 'object' ? fill[column] : fill
  if (missing && filled === undefined && dtype !== 'string') {
    throw formatError(where(), `"${cell}" is a missing value; give one in fill`)
  }
  const value = missing ? (filled ?? '') : cell
  if (dtype === 'string') return String(value)
  const number = Number(value)
  if (Number.isNaN(number) && !missing) {
    throw formatError(where(), `"${cell}" is not a number; see dtypes and missingValues`)
  }
  if (dtype === 'float32') return number
  if (Number.isInteger(number)) return new Tensor(Int32Array.of(number), [])
  throw formatError(where(), `"${cell}" is not a whole number; use float32`)
}
