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

type Row = readonly [string, string, string]

const HEAD: Row = ['Layer (type)', 'Output Shape', 'Param #']

const rowsOf = ({ network }: Live): Row[] =>
  network.layers.map((layer, i) => {
    const shape = network.outputShapes[i]
    const params = countIn(variablesOf(layer))
    return [
      `${layer.name} (${layer.type})`,
      shape ? showShape(shape) : '?',
      shape ? params.toLocaleString('en') : '?',
    ]
  })

const table = (rows: readonly Row[]): string[] => {
  const widths = HEAD.map((_, i) =>
    Math.max(...[HEAD, ...rows].map((row) => (row[i] as string).length)),
  )
  const line = (left: string, fill: string, middle: string, right: string): string =>
    left + widths.map((width) => fill.repeat(width + 2)).join(middle) + right
  const text = ([name, shape, params]: Row, bar: string): string =>
    `${bar} ${name.padEnd(widths[0] as number)} ${bar} ${shape.padEnd(widths[1] as number)} ` +
    `${bar} ${params.padStart(widths[2] as number)} ${bar}`
  const body = rows.flatMap((row, i) =>
    (i === 0 ? [] : [line('├', '─', '┼', '┤')]).concat(text(row, '│')),
  )
  return [
    line('┏', '━', '┳', '┓'),
    text(HEAD, '┃'),
    line('┡', '━', '╇', '┩'),
    ...body,
    line('└', '─', '┴', '┘'),
  ]
}

/** The model as a table, and the numbers in it. */
export const summaryOf = (live: Live): string => {
  const lines = [`Model: "${live.name}"`, ...table(rowsOf(live))]
  if (!live.network.sample) return [...lines, 'The shape of the input is not known yet.'].join('\n')
  const { total, trainable, optimizer } = countsOf(live)
  return [
    ...lines,
    ` Total params: ${shown(total + optimizer)}`,
    ` Trainable params: ${shown(trainable)}`,
    ` Non-trainable params: ${shown(total - trainable)}`,
    ...(live.compiled ? [` Optimizer params: ${shown(optimizer)}`] : []),
  ].join('\n')
}
