// The table of a model's layers, as Keras prints it.

import { variablesOf } from '../layers/pass.ts'
import { showShape, sizeOf } from '../shape.ts'
import type { Variable } from '../variable.ts'
import type { Live } from './live.ts'
import { trainableOf } from './network.ts'

const countIn = (variables: readonly Variable[]): number =>
  variables.reduce((sum, { shape }) => sum + sizeOf(shape), 0)

export interface Counts {
  readonly total: number
  readonly trainable: number
  /** Numbers that the optimizer keeps beside the weights. */
  readonly optimizer: number
}

/** Numbers in the model's variables. */
export const countsOf = (live: Live): Counts => {
  const { placed } = live.network
  const total = countIn(placed.map(({ variable }) => variable))
  return {
    total,
    trainable: countIn(trainableOf(live.network)),
    optimizer: countIn(live.kept.map(({ variable }) => variable)) - total,
  }
}

/** `1,234 (4.82 KB)` */
const shown = (count: number): string => {
  const units = ['B', 'KB', 'MB', 'GB']
  let bytes = 4 * count
  let unit = 0
  while (bytes >= 1024 && unit < units.length - 1) {
    bytes /= 1024
    unit += 1
  }
  return `${count.toLocaleString('en')} (${bytes.toFixed(2)} ${units[unit]})`
}

type Row = readonly string[]

const HEAD: Row = ['Layer (type)', 'Output Shape', 'Param #', 'Connected to']

const rowsOf = ({ network }: Live): Row[] => {
  const rows = network.described.map(({ layer, shapes, from }) => {
    const isKnown = shapes.length > 0
    return [
      `${layer.name} (${layer.type})`,
      isKnown ? shapes.map(showShape).join(', ') : '?',
      isKnown ? countIn(variablesOf(layer)).toLocaleString('en') : '?',
      from.join(', ') || '-',
    ]
  })
  // Where each layer follows the one before it, there is nothing to tell.
  const isChain = network.type === 'sequential'
  return [HEAD, ...rows].map((row) => (isChain ? row.slice(0, 3) : row))
}

const table = (rows: readonly Row[]): string[] => {
  const [head = [], ...body] = rows
  const widths = head.map((_, i) => Math.max(...rows.map((row) => (row[i] as string).length)))
  const line = (left: string, fill: string, middle: string, right: string): string =>
    left + widths.map((width) => fill.repeat(width + 2)).join(middle) + right
  const cell = (value: string, i: number): string =>
    i === 2 ? value.padStart(widths[i] as number) : value.padEnd(widths[i] as number)
  const text = (row: Row, bar: string): string => `${bar} ${row.map(cell).join(` ${bar} `)} ${bar}`
  const lines = body.flatMap((row, i) =>
    (i === 0 ? [] : [line('├', '─', '┼', '┤')]).concat(text(row, '│')),
  )
  return [
    line('┏', '━', '┳', '┓'),
    text(head, '┃'),
    line('┡', '━', '╇', '┩'),
    ...lines,
    line('└', '─', '┴', '┘'),
  ]
}

/** The model as a table, and the numbers in it. */
export const summaryOf = (live: Live): string => {
  const lines = [`Model: "${live.name}"`, ...table(rowsOf(live))]
  if (!live.network.inputs) return [...lines, 'The shape of the input is not known yet.'].join('\n')
  const { total, trainable, optimizer } = countsOf(live)
  return [
    ...lines,
    ` Total params: ${shown(total + optimizer)}`,
    ` Trainable params: ${shown(trainable)}`,
    ` Non-trainable params: ${shown(total - trainable)}`,
    ...(live.compiled ? [` Optimizer params: ${shown(optimizer)}`] : []),
  ].join('\n')
}
